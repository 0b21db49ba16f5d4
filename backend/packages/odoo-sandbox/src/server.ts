import type { Clock } from './clock';
import type { Change, SandboxJournal } from './journal';
import { describeIndex, describeModel } from './doc';
import { callJson2, HttpError, json2Error } from './json2';
import { parseRpcCall, rpcError, rpcRequest, rpcResult, type Credentials } from './jsonrpc';
import { landingPage } from './landing';
import { createRegistry, type Registry } from './model';
import { MODELS } from './models';
import { installAddons, type InstalledAddon } from './models/ir-module';
import { Env } from './orm';
import { seedChanges } from './seed';
import { createWorlds } from './worlds';

/** How a sandbox presents itself, and who gets in. */
export interface SandboxSite extends Credentials {
	/** The path that stands before the sandbox's own, e.g. `/sandbox/env_…`; links on its page start with it. */
	readonly base_path: string;
	/** `19.0`, `14.0`: what it says it is and whose protocols it speaks. */
	readonly odoo_version: string;
	/** Whether it answers nobody for now; its records stay. */
	readonly stopped?: boolean;
}

/** What a sandbox is made of. */
export interface SandboxOptions {
	readonly journal: SandboxJournal;
	readonly clock: Clock;
	/** What is known of the sandbox of that id; null where there is none. */
	readonly resolve: (sandboxId: string) => Promise<SandboxSite | null>;
}

/** All sandboxes of one journal. */
export interface Sandbox {
	/** Answers a request to that sandbox; the URL's path is the one below the sandbox's base. */
	handle(sandboxId: string, request: Request): Promise<Response>;
	/** Makes the module list show those add-ons, and no others but the sandbox's own, as installed. */
	install(sandboxId: string, addons: readonly InstalledAddon[]): Promise<void>;
	/** All records of the sandbox, as changes that make them out of nothing. */
	snapshot(sandboxId: string): Promise<readonly Change[]>;
	/**
	 * Puts what those changes make out of nothing in the place of all its records; ids that were given before the snapshot
	 * are not given again. Up to 4 million characters come at once; of more, others may see a part meanwhile, and lose what
	 * they write.
	 */
	restore(sandboxId: string, changes: readonly Change[]): Promise<void>;
	/** Forgets the sandbox's records for good. */
	remove(sandboxId: string): Promise<void>;
}

/**
 * A small Odoo-like server: a dozen models with demo records behind JSON-2 and JSON-RPC, for every id that
 * `resolve` knows. It keeps no state but what the journal holds, so that replicas of the service agree.
 */
export function createSandbox(options: SandboxOptions): Sandbox {
	const { journal, clock, resolve } = options;
	const worlds = createWorlds(journal);
	const registries = new Map<number, Registry>();

	function registryOf(site: SandboxSite): Registry {
		const version = Number.parseInt(site.odoo_version, 10);
		const registry = registries.get(version) ?? createRegistry(MODELS, version);
		registries.set(version, registry);
		return registry;
	}

	const seedOf = (site: SandboxSite) => () => seedChanges(registryOf(site), clock.now(), site);

	function transact<T>(sandboxId: string, site: SandboxSite, work: (env: Env) => T): Promise<T> {
		const registry = registryOf(site);
		return worlds.transact(sandboxId, seedOf(site), (draft) => work(new Env(registry, draft, clock.now())));
	}

	async function json2(id: string, site: SandboxSite, request: Request, path: string[]): Promise<Response> {
		const [model, method, ...rest] = path;
		if (!isJson(request)) return unsupportedMediaType();
		try {
			if (request.method !== 'POST' || !model || !method || rest.length > 0) {
				throw new HttpError('NotFound', 404, 'Did you mean POST /json/2/<model>/<method>?');
			}
			await checkBearer(request, site);
			const body = await readJson(request);
			return Response.json((await transact(id, site, (env) => callJson2(env, model, method, body))) ?? null);
		} catch (error) {
			return json2Error(error);
		}
	}

	async function jsonrpc(id: string, site: SandboxSite, request: Request): Promise<Response> {
		const body = rpcRequest.safeParse(await request.json().catch(() => undefined));
		if (!body.success) return html(400, '400 Bad Request', 'Invalid JSON-RPC data');
		const requestId = body.data.id ?? null;
		try {
			const call = await parseRpcCall(body.data.params, site, site.odoo_version);
			const result = 'run' in call ? await transact(id, site, call.run) : call.result;
			return rpcResult(result, requestId);
		} catch (error) {
			return rpcError(error, requestId, registryOf(site).version);
		}
	}

	async function doc(id: string, site: SandboxSite, request: Request, file: string): Promise<Response> {
		try {
			await checkBearer(request, site);
			const name = file.replace(/\.json$/, '');
			if (name === 'index') return Response.json(await transact(id, site, describeIndex));
			const description = await transact(id, site, (env) => describeModel(env, name));
			if (!description) throw new HttpError('NotFound', 404, `the model '${name}' does not exist`);
			return Response.json(description);
		} catch (error) {
			return json2Error(error);
		}
	}

	async function route(id: string, site: SandboxSite, request: Request): Promise<Response> {
		const [first = '', second = '', ...rest] = new URL(request.url).pathname.split('/').slice(1);
		const { version } = registryOf(site);
		const reading = request.method === 'GET' || request.method === 'HEAD';
		const database = request.headers.get('x-odoo-database');
		if (database && database !== site.database) return notFound();
		if (first === 'json' && second === '2' && version >= 19) return await json2(id, site, request, rest);
		if (first === 'jsonrpc' && !second && request.method === 'POST') return await jsonrpc(id, site, request);
		if (first === 'doc-bearer' && second && version >= 19 && reading) return await doc(id, site, request, second);
		if (first === 'web' && second === 'health' && reading) return Response.json({ status: 'pass' });
		if (first === 'web' && second === 'version' && version >= 19 && reading) return Response.json(versionOf(site));
		if (first === '' && reading) {
			const models = [...registryOf(site).models.values()];
			return page(200, landingPage(id, site, models));
		}
		return notFound();
	}

	async function siteOf(sandboxId: string): Promise<SandboxSite> {
		const site = await resolve(sandboxId);
		if (!site) throw new Error(`There is no sandbox ${sandboxId}.`);
		return site;
	}

	return {
		handle: async (sandboxId, request) => {
			const site = await resolve(sandboxId);
			if (site === null) return notFound();
			return site.stopped === true ? stopped() : await route(sandboxId, site, request);
		},
		install: async (sandboxId, addons) => {
			await transact(sandboxId, await siteOf(sandboxId), (env) => installAddons(env, addons));
		},
		snapshot: async (sandboxId) => worlds.snapshot(sandboxId, seedOf(await siteOf(sandboxId))),
		restore: async (sandboxId, changes) => {
			await siteOf(sandboxId);
			await worlds.restore(sandboxId, changes);
		},
		remove: (sandboxId) => worlds.remove(sandboxId),
	};
}

const isJson = (request: Request) =>
	/^application\/(?:[\w.-]+\+)?json\b/i.test(request.headers.get('content-type') ?? '');

/** An empty body is one without arguments, as Odoo has it. */
async function readJson(request: Request): Promise<unknown> {
	const text = await request.text();
	if (text === '') return {};
	try {
		return JSON.parse(text);
	} catch (error) {
		const reason = error instanceof Error ? error.message : 'not JSON';
		throw new HttpError('BadRequest', 400, `could not parse the body as json: ${reason}`);
	}
}

async function checkBearer(request: Request, site: SandboxSite): Promise<void> {
	const [, secret] = /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
	if (!secret) {
		const message = 'User not authenticated, use an API Key with a Bearer Authorization header.';
		throw new HttpError('Unauthorized', 401, message);
	}
	if (!(await site.verify(secret))) throw new HttpError('Unauthorized', 401, 'Invalid apikey');
}

function versionOf(site: SandboxSite): Record<string, unknown> {
	const [major = 0, minor = 0] = site.odoo_version.split('.').map(Number);
	return { version_info: [major, minor, 0, 'final', 0, 'sandbox'], version: site.odoo_version };
}

const notFound = () => html(404, '404 Not Found', 'The requested URL was not found in this sandbox.');

const stopped = () => html(503, '503 Service Unavailable', 'This sandbox is stopped.');

const unsupportedMediaType = () =>
	html(415, '415 Unsupported Media Type', 'Please verify the Content-Type request header and try again.');

const html = (status: number, title: string, text: string) =>
	page(
		status,
		`<!doctype html>\n<html lang="en">\n<title>${title}</title>\n<h1>${title}</h1>\n<p>${text}</p>\n</html>\n`,
	);

const page = (status: number, content: string) =>
	new Response(content, {
		status,
		headers: {
			'content-type': 'text/html; charset=utf-8',
			'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
			'x-content-type-options': 'nosniff',
		},
	});
