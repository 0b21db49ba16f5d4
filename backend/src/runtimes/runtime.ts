import type { Connection } from 'mongoose';
import type { Clock } from '../core/clock';
import type { DeploymentId, EnvironmentId, OrganizationId, ServerId } from '../core/ids';
import type { Secrets } from '../core/secrets';
import type { Engine } from '../docker/engine';
import type { FetchHandle } from '../http/fetch-handler';
import type { Fetch, Outbound } from '../net/outbound';
import type { TenantCollection } from '../database/tenant-collection';
import type { DockerSite } from './docker/model';
import type { Sanitizing, SanitizingReport } from './sanitizing';
import type { SnapshotManifest, SnapshotSource, SnapshotTarget } from './snapshot';

/** An add-on as its manifest describes it. */
export interface Addon {
	/** The technical name: the directory's, or the repository's where the add-on is at its root. */
	readonly name: string;
	/** Its directory in what {@link Release.source} lays out, with `/`; `.` is the root, which has not its name then. */
	readonly path: string;
	readonly title: string;
	readonly version: string;
	readonly summary: string;
	readonly depends: readonly string[];
	readonly installable: boolean;
}

/** How an environment wishes its Odoo to be run. A runtime without processes of its own heeds none of it. */
export interface SiteSettings {
	/** The modules to be installed, besides `base`; null: every add-on of the commit. */
	readonly modules: readonly string[] | null;
	/** Whether Odoo's demo records are installed with the modules. */
	readonly demo_data: boolean;
	/** Processes that answer requests; 0: one process with threads. */
	readonly workers: number;
	/** For Odoo, in MiB; its database has half as much beside it. */
	readonly memory_mb: number;
	/** Cores that it may use. */
	readonly cpus: number;
}

/** Where an environment runs, where that is a server. */
export interface Placement {
	readonly server_id: ServerId;
	/** Where people and programs reach it, without a trailing slash. */
	readonly url: string;
}

/** What a runtime needs to know of an environment. */
export interface RuntimeSite {
	readonly id: EnvironmentId;
	readonly organization_id: OrganizationId;
	/** e.g. `19.0` */
	readonly odoo_version: string;
	readonly settings: SiteSettings;
	/** null: it runs on no server. */
	readonly placement: Placement | null;
}

/** An environment, as its runtime finds it by its id. */
export interface FoundSite extends RuntimeSite {
	/** Whether it serves nobody until it is started. */
	readonly stopped: boolean;
}

/** A commit that was fetched and read. */
export interface Release {
	/** The deployment that brings it: another one of the same commit is another release. */
	readonly deployment_id: DeploymentId;
	readonly git_sha: string;
	readonly addons: readonly Addon[];
	/** Whether an update of installed modules is first tried on a copy of the site's data, while the site serves on. */
	readonly rehearse: boolean;
	/** For the Odoo process, by name; a runtime without processes has no use for them. */
	readonly variables: Readonly<Record<string, string>>;
	/**
	 * Keeps the site's data safe, where its owner wishes for that; called before modules are updated or a database is put
	 * back, while the site still serves.
	 * @throws ReleaseError where it could not
	 */
	readonly keepData: (context: RuntimeContext) => Promise<void>;
	/**
	 * Lays the commit's files out in a directory that is empty or not there yet. Nothing in it lies or leads outside of it;
	 * what had to be left out for that is told in the job's log. Odoo finds an add-on where the parent of its
	 * {@link Addon.path} is one of its addons paths; for an add-on at the root, that is a directory in which this one has
	 * the add-on's name.
	 */
	readonly source: (directory: string) => Promise<void>;
}

/** What it took to bring a site to a release. */
export interface Applied {
	/** For how long nobody was served; 0 where the new one answered before the old one ended. */
	readonly downtime_ms: number;
	/** Technical names. */
	readonly modules_installed: readonly string[];
	readonly modules_updated: readonly string[];
	/** Transactions that had begun to write and were cut off. Their clients were told of no success. */
	readonly writes_lost: number;
}

/** What was written since the moment that a rollback goes back to. */
export interface RollbackLoss {
	readonly since: Date;
	/** Rows that were inserted, updated or deleted, by Odoo itself too. */
	readonly rows: number;
}

/** A release cannot serve, and what served before serves on. The message says why, in words for the site's owner. */
export class ReleaseError extends Error {
	override readonly name = 'ReleaseError';

	constructor(
		/**
		 * `release_refused`: nothing was tried, for the commit cannot run here; `update_failed`: Odoo could not install or
		 * update its modules; `unhealthy`: it did not come to answer; `server_failed`: the server did not do its part;
		 * `backup_failed`: no backup could be made before the data was to be changed.
		 */
		readonly code: 'release_refused' | 'update_failed' | 'unhealthy' | 'server_failed' | 'backup_failed',
		message: string,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}

/** A server failed amid the work, and nobody knows what serves. The message says how, in words for the site's owner. */
export class ServerError extends Error {
	override readonly name = 'ServerError';
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

/** With what people sign in to a new Odoo as its administrator. It holds until they change it there. */
export interface FirstLogin {
	readonly login: string;
	readonly password: string;
}

/** What longer work is given: when to end, and how to tell of itself. A step of a job has all of it. */
export interface RuntimeContext {
	/** Once aborted, nothing more is begun, and the work rejects with its reason. */
	readonly signal: AbortSignal;
	/** Adds a line to the job's log, which the environment's owner reads: no secrets, no places on this machine. */
	readonly log: (text: string) => Promise<void>;
	/** Tells how much of the work is done, from 0 to 1. */
	readonly progress: (fraction: number) => Promise<void>;
}

/** Which lines of a log. */
export interface WantedLines {
	/** Of those that there are, only the last so many. */
	readonly tail: number;
	/** Only those that were written then or later. */
	readonly since: Date | null;
	readonly follow: boolean;
	readonly signal: AbortSignal;
}

/** How a snapshot is put in the place of a site's data. */
export interface Restoring {
	/** Names this restore: after a crash the same one is gone on with. */
	readonly id: string;
	/** null: it stays as it is. */
	readonly sanitize: Sanitizing | null;
	/** Whether it is another's data: it gets an identity of its own, and sends nothing into the world. */
	readonly isCopy: boolean;
}

/** What it took to put a snapshot in the place of a site's data. */
export interface Restored extends Pick<Applied, 'downtime_ms' | 'modules_updated' | 'writes_lost'> {
	/** null: it was not sanitized. */
	readonly sanitized: SanitizingReport | null;
}

/** What a site takes; null: not known, or it does not run. */
export interface SiteMetrics {
	/** Of its Odoo, without files that the system keeps in memory and can let go of. */
	readonly memory_bytes: number | null;
	readonly memory_limit_bytes: number | null;
	/** Of one core, over the last second. */
	readonly cpu_percent: number | null;
	readonly processes: number | null;
	readonly database: {
		readonly memory_bytes: number | null;
		readonly size_bytes: number | null;
	};
	readonly disk_bytes: {
		readonly filestore: number | null;
		/** Of the whole database server. */
		readonly database: number | null;
	};
}

/** What the service answers below a path, which may have parameters: `/sandbox/:environment_id`. */
export interface RuntimeMount {
	readonly path: string;
	readonly handle: FetchHandle;
}

/** Runs environments. Every method is safe to repeat: after a crash the same call is made again. */
export interface Runtime {
	/** Where the site's Odoo answers, without a trailing slash, whether it runs or not. */
	addressOf(site: RuntimeSite): string;
	/**
	 * Starts the site, or brings it to this release. All or nothing: where it rejects with a {@link ReleaseError}, what
	 * served before serves again; where it was interrupted (its signal, a crash), the next call of it or of `revert`
	 * puts right what was left.
	 */
	apply(site: RuntimeSite, release: Release, context: RuntimeContext): Promise<Applied>;
	/**
	 * Puts right what an interrupted `apply` left, so that `before`, which served then, serves again. An `apply` that had
	 * done all its work stays done.
	 * @returns whether `before` serves; false: the release that was applied does
	 */
	revert(site: RuntimeSite, before: Omit<Release, 'deployment_id'>, context: RuntimeContext): Promise<boolean>;
	/**
	 * Brings the site back to a release that has served it. Where modules have changed since, the database goes back as
	 * well, to what it was before them, if `database` says so; what was written since is kept aside until the next
	 * release. All or nothing, as `apply`.
	 */
	rollBack(
		site: RuntimeSite,
		release: Release,
		options: { readonly database: boolean },
		context: RuntimeContext,
	): Promise<Applied>;
	/** What bringing the site back to that commit would lose; null where that is nothing, or not known before it is tried. */
	lossOf(site: RuntimeSite, git_sha: string): Promise<RollbackLoss | null>;
	/**
	 * Ends the site's processes and keeps its data. Nobody is served from then on, until `start` or `apply`.
	 * @throws ServerError
	 */
	stop(site: RuntimeSite, context: RuntimeContext): Promise<void>;
	/**
	 * Has the release serve that served last; resolves once it does.
	 * @throws ReleaseError where Odoo does not come to answer, and is ended again; ServerError
	 */
	start(site: RuntimeSite, context: RuntimeContext): Promise<void>;
	/** Resolves when the site answers; rejects with the reason, in words for its owner, when it does not. */
	checkHealth(site: RuntimeSite, signal: AbortSignal): Promise<void>;
	/**
	 * The lines that the site's Odoo wrote, oldest first; with `follow` also those that come, until it ends.
	 * @throws ServerError
	 */
	logs(site: RuntimeSite, wanted: WantedLines): AsyncIterable<string>;
	/** What the site takes at this moment. @throws ServerError */
	metrics(site: RuntimeSite, signal: AbortSignal): Promise<SiteMetrics>;
	/**
	 * Copies the site's data, as it is at one moment, while it runs.
	 * @throws SnapshotError where it has none that can be copied; ServerError
	 */
	snapshot(site: RuntimeSite, into: SnapshotTarget, context: RuntimeContext): Promise<SnapshotManifest>;
	/**
	 * Puts a snapshot of this kind of runtime, of this site or another, in the place of the site's data. The site serves
	 * on with its own data until the other is ready: whole, with the modules of the site's release, and as clean as is
	 * asked for. All or nothing, as `apply`; one that was done already is not done again.
	 * @throws SnapshotError where it is not one that can be restored here; SanitizingError; ReleaseError where Odoo does
	 * not come to serve it; ServerError
	 */
	restore(site: RuntimeSite, from: SnapshotSource, how: Restoring, context: RuntimeContext): Promise<Restored>;
	/**
	 * Reads a snapshot of the site to its end and says whether it could be restored; with `restore`, by doing so beside the
	 * site's data and throwing it away again.
	 * @throws SnapshotError where it could not; ServerError
	 */
	prove(
		site: RuntimeSite,
		from: SnapshotSource,
		how: { readonly restore: boolean },
		context: RuntimeContext,
	): Promise<void>;
	/**
	 * Removes the site and all its data.
	 * @returns whether all of it is gone; false: its server does not answer, and what is there goes once it does
	 */
	remove(site: RuntimeSite): Promise<boolean>;
	access(site: RuntimeSite): Promise<RuntimeAccess>;
	/** With what its administrator signed in first; null before the first deploy. */
	firstLogin(site: RuntimeSite): Promise<FirstLogin | null>;
	/** Present where a snapshot has a database of PostgreSQL: it as SQL. @throws ServerError */
	plainSql?(site: RuntimeSite, archive: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncIterable<Uint8Array>;
	/** Present where the service itself answers for the sites. */
	readonly mount?: RuntimeMount;
	/** Present where sites run on servers. */
	readonly upkeep?: RuntimeUpkeep;
}

/** A site that is not as it should be. */
export interface DamagedSite {
	readonly id: EnvironmentId;
	readonly organization_id: OrganizationId;
	/** What is wrong, in words for its owner. */
	readonly reason: string;
}

/** Whether a job works on a site: it is left alone then. */
type IsAtWork = (site: Pick<RuntimeSite, 'id' | 'organization_id'>) => Promise<boolean>;

/** How a runtime keeps its servers in order: what crashes and people's hands have left there. */
export interface RuntimeUpkeep {
	/** Has the server's ingress as it should be. */
	routeAnew(server: ServerId): Promise<void>;
	/** Which of the server's sites {@link repair} would mend. */
	lookAfter(server: ServerId, isAtWork: IsAtWork): Promise<readonly DamagedSite[]>;
	/** Takes away what is left of sites that are gone, and what nobody needs any more of others. */
	clearAway(server: ServerId, isAtWork: IsAtWork): Promise<void>;
	/**
	 * Has the release of a damaged site serve again.
	 * @throws ReleaseError where Odoo does not come to answer, and is left running, for it may yet; ServerError
	 */
	repair(site: RuntimeSite, context: RuntimeContext): Promise<void>;
}

/** A server that environments run on. */
export interface RuntimeServer {
	readonly id: ServerId;
	readonly engine: Engine;
	/** Where its ingress answers, and the ports of the server that it takes. */
	readonly ingress: { readonly host: string; readonly http_port: number; readonly https_port: number };
	/** Whether the operator said where that is: it may be an address that others may not name. */
	readonly isOperators: boolean;
}

/** The servers that there are. */
export interface RuntimeServers {
	/** @throws where there is none of that id any more */
	of(id: ServerId): Promise<RuntimeServer>;
	/** All of every organization that answered when they were last looked at. */
	answering(): Promise<readonly ServerId[]>;
}

/** What the service has for a runtime. */
export interface RuntimeParts {
	readonly connection: Connection;
	/** Where the service answers, without a trailing slash; known once it listens. */
	readonly baseUrl: () => string;
	/** The environment of that id, where this runtime runs it and it is not being deleted. */
	readonly findSite: (id: EnvironmentId) => Promise<FoundSite | null>;
	readonly servers: RuntimeServers;
	/** Names this installation, so that several leave each other's containers alone on one Engine: the operator's organization. */
	readonly installation: () => Promise<string>;
	readonly images: Images;
	/** The domains that lead to these environments, besides their own addresses. */
	readonly domainsOf: (ids: readonly EnvironmentId[]) => Promise<ReadonlyMap<EnvironmentId, readonly string[]>>;
	/** What the ingress of the operator's machine serves besides environments. */
	readonly furtherSites: readonly FurtherSite[];
	readonly outbound: Pick<Outbound, 'lookup' | 'checkAddress'>;
	/** What the runtime `docker` keeps of its sites. */
	readonly dockerSites: TenantCollection<DockerSite>;
	/** A directory for what lies on this machine for a moment. */
	readonly scratchDir: string;
	readonly secrets: Secrets;
	readonly clock: Clock;
}

/** Something else than an environment, e.g. the service itself. */
export interface FurtherSite {
	/** The name under which it is served by https. */
	readonly name: string;
	/** Where it answers by http: `host:port`. */
	readonly upstream: string;
}

/** What containers are made of. */
export interface Images {
	/** Of Odoo, with `{version}` where the series goes, e.g. `odoo:{version}`. */
	readonly odoo: string;
	readonly postgres: string;
	readonly caddy: string;
}

/** What a runtime's folder declares of it. */
export interface RuntimeDefinition {
	/** What it is, for the reference: goes on after its kind and a colon. */
	readonly description: string;
	/** Whether its environments run on servers: each is placed on one when it is made. */
	readonly placed?: boolean;
	readonly create: (parts: RuntimeParts) => Runtime;
}
