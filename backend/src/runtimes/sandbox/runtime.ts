import { type EnvironmentId, isId } from '../../core/ids';
import { equalInConstantTime, type Secrets } from '../../core/secrets';
import type { Fetch } from '../../net/outbound';
import type { Runtime, RuntimeAccess, RuntimeSite } from '../runtime';
import { createSandbox, type SandboxOptions, type SandboxSite } from '@odoo-platform/odoo-sandbox';

const DATABASE = 'sandbox';
const LOGIN = 'admin';

/** A runtime that also serves what it runs. */
export interface SandboxRuntime extends Runtime {
	/** Answers a request below the path of the environment with that id, e.g. `/json/2/res.partner/search_read`. */
	handle(id: string, request: Request): Promise<Response>;
}

/** Runs environments as sandboxes: small Odoo-like servers in this very process. */
export function createSandboxRuntime({
	findSite,
	secrets,
	...options
}: Omit<SandboxOptions, 'resolve'> & {
	/** The environment of that id, where a sandbox runs it. */
	findSite: (id: EnvironmentId) => Promise<RuntimeSite | null>;
	secrets: Secrets;
}): SandboxRuntime {
	const secretOf = (id: EnvironmentId) => secrets.derive(`sandbox/${id}`).toString('hex');
	const sandbox = createSandbox({
		...options,
		async resolve(id): Promise<SandboxSite | null> {
			const site = isId('environment', id) ? await findSite(id) : null;
			if (site === null) return null;
			return {
				base_path: new URL(site.primary_url).pathname,
				odoo_version: site.odoo_version,
				database: DATABASE,
				login: LOGIN,
				verify: (secret) => equalInConstantTime(secret, secretOf(site.id)),
			};
		},
	});
	const accessTo = (site: RuntimeSite): RuntimeAccess => {
		const fetch: Fetch = async (url, init) => {
			const path = url.slice(site.primary_url.length);
			return sandbox.handle(site.id, new Request(new URL(path, 'http://sandbox.local'), init));
		};
		return { url: site.primary_url, database: DATABASE, login: LOGIN, secret: secretOf(site.id), fetch };
	};
	return {
		kind: 'sandbox',
		apply: (site, release) => sandbox.install(site.id, release.addons),
		async checkHealth(site) {
			const { status } = await sandbox.handle(site.id, new Request('http://sandbox.local/web/health'));
			if (status !== 200) throw new Error(`the sandbox answered its health check with HTTP ${status}`);
		},
		remove: (site) => sandbox.remove(site.id),
		access: (site) => Promise.resolve(accessTo(site)),
		handle: async (id, request) =>
			isId('environment', id) ? sandbox.handle(id, request) : new Response('Not found', { status: 404 }),
	};
}
