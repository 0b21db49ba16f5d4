import type { EnvironmentId, OrganizationId } from '../core/ids';
import type { Fetch } from '../net/outbound';

/** How an environment's Odoo is run. */
export type RuntimeKind = 'sandbox';

/** An add-on as its manifest describes it. */
export interface Addon {
	/** The technical name: the directory's. */
	readonly name: string;
	readonly title: string;
	readonly version: string;
	readonly summary: string;
	readonly depends: readonly string[];
	readonly installable: boolean;
}

/** What a runtime needs to know of an environment. */
export interface RuntimeSite {
	readonly id: EnvironmentId;
	readonly organization_id: OrganizationId;
	/** e.g. `19.0` */
	readonly odoo_version: string;
	/** Where its Odoo answers, without a trailing slash. */
	readonly primary_url: string;
}

/** A commit that was fetched and read. */
export interface Release {
	readonly git_sha: string;
	readonly addons: readonly Addon[];
	/** For the Odoo process, by name; a runtime without processes has no use for them. */
	readonly variables: Readonly<Record<string, string>>;
}

/** How to reach the Odoo of a site as its administrator. */
export interface RuntimeAccess {
	readonly url: string;
	readonly database: string;
	readonly login: string;
	readonly secret: string;
	/** The way there: the network's, or one inside the process. */
	readonly fetch: Fetch;
}

/** Runs environments. Every method is safe to repeat: after a crash the same call is made again. */
export interface Runtime {
	readonly kind: RuntimeKind;
	/** Starts the site, or brings it to this release. */
	apply(site: RuntimeSite, release: Release, signal: AbortSignal): Promise<void>;
	/** Resolves when the site answers; rejects with the reason, in words for its owner, when it does not. */
	checkHealth(site: RuntimeSite, signal: AbortSignal): Promise<void>;
	/** Removes the site and all its data. */
	remove(site: RuntimeSite): Promise<void>;
	access(site: RuntimeSite): Promise<RuntimeAccess>;
}
