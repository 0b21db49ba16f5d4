import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'undici';
import { z } from 'zod';
import { idSchema } from '../../backend/src/core/ids';
import { type Engine, openEngine } from '../../backend/src/docker/engine';
import { freePort } from './free-port';
import { makeGitRepository } from './git-repository';
import { postSigned } from './signed-request';
import { until } from './until';
import { startTestPlatform, WIDE_LIMITS } from './platform';

/** The Docker Engine that the suites on real environments may use, e.g. `unix:///var/run/docker.sock`. */
export const DOCKER_HOST = process.env.DOCKER_HOST;

const deploymentSchema = z.object({
	status: z.string(),
	deployment: z.object({
		id: z.string(),
		status: z.string(),
		downtime_ms: z.number().nullable(),
		modules_installed: z.array(z.string()),
		modules_updated: z.array(z.string()),
		writes_lost: z.number().nullable(),
		error: z.object({ code: z.string(), message: z.string() }).nullable(),
	}),
});

/** The files of an add-on of notes; `fields` are further lines of its model. */
export const notesAddon = (version: string, fields = '', data: Readonly<Record<string, string>> = {}) => ({
	'acme_notes/__manifest__.py': `{
    'name': 'Notes', 'version': '${version}', 'author': 'Acme', 'license': 'LGPL-3', 'depends': ['base'],
    'data': ['ir.model.access.csv'],
}
`,
	'acme_notes/__init__.py': 'from . import models\n',
	'acme_notes/ir.model.access.csv':
		'id,name,model_id:id,group_id:id,perm_read,perm_write,perm_create,perm_unlink\n' +
		'notes,notes,model_acme_note,base.group_user,1,1,1,1\n',
	'acme_notes/models.py': `from odoo import fields, models


class Note(models.Model):
    _name = 'acme.note'
    _description = 'Note'

    name = fields.Char(required=True)
${fields}`,
	...data,
});

/** Removes everything on the Engine that an installation has made. */
export async function removeAll(engine: Engine, installation: string): Promise<void> {
	const its = { 'io.odoo-platform.installation': installation };
	for (const { name } of await engine.containers(its)) await engine.remove(name);
	for (const { name } of await engine.volumes(its)) await engine.removeVolume(name);
	for (const { name } of await engine.networks(its)) await engine.removeNetwork(name);
}

/**
 * A whole service with a server of its own on the real Engine, and a project whose repository has an add-on.
 * @param endpoint where the service reaches that Engine, if not at its socket
 * @param settings further variables of the service
 */
export async function openRealEnvironments(
	dockerHost: string,
	{ endpoint = dockerHost, settings = {} }: { endpoint?: string; settings?: Record<string, string> } = {},
) {
	const directory = mkdtempSync(path.join(tmpdir(), 'real-environments-'));
	/** TXT records, by their names. */
	const proven = new Map<string, string>();
	const repository = makeGitRepository(path.join(directory, 'notes'));
	repository.commit(notesAddon('19.0.1.0.0'));
	const platform = await startTestPlatform(
		{ GIT_ALLOWED_PATHS: directory, ...settings },
		{
			limits: WIDE_LIMITS,
			names: { cname: () => Promise.resolve([]), txt: (name) => Promise.resolve([proven.get(name) ?? '']) },
		},
	);
	const socket = new URL(dockerHost).pathname;
	const engine = openEngine({ kind: 'socket', path: socket }, { lookup: () => undefined, checkAddress: () => false });
	const made = async (name: string, body: object) => {
		const { json, status, text } = await platform.api('POST', `/api/v1/${name}`, body);
		if (status !== 201) throw new Error(text);
		return z.looseObject({ id: z.string() }).parse(json);
	};
	const http_port = await freePort();
	const visits = new Client(`http://127.0.0.1:${http_port}`);
	const server = await made('servers', {
		name: 'here',
		endpoint,
		ingress: { http_port, https_port: await freePort() },
	});
	const project = await made('projects', { name: 'Notes', repository_url: repository.path, default_branch: 'main' });
	const installation = { 'io.odoo-platform.installation': platform.firstRun.organization_id };

	return {
		platform,
		engine,
		repository,
		server,
		/** Makes an environment; it runs nothing yet. */
		addEnvironment: async (name: string, settings: object = {}) =>
			z.object({ id: idSchema('environment'), primary_url: z.string() }).parse(
				await made('environments', {
					project_id: project.id,
					name,
					runtime: 'docker',
					workers: 0,
					...settings,
				}),
			),
		/** Deploys and answers the deployment at its end. */
		deploy: async (id: string, more: object = {}) => {
			const { json } = await platform.api('POST', `/api/v1/environments/${id}/deploy`, {
				ref: 'main',
				wait: true,
				...more,
			});
			return deploymentSchema.parse(json).deployment;
		},
		/** Has the DNS show that the domain is to lead to the environment, and adds it there. */
		addDomain: async (id: string, domain: string) => {
			proven.set(`_odoo-platform.${domain}`, id);
			return (await platform.api('POST', `/api/v1/environments/${id}/domains`, { domain })).status;
		},
		/** Asks to go back to the deployment before; answers the reply. */
		rollBack: (id: string, body: object = {}) =>
			platform.api('POST', `/api/v1/environments/${id}/rollback`, { wait: true, ...body }),
		/** Deploys and cancels that once its log has a line that begins so; answers the deployment at its end. */
		deployAndCancel: async (id: string, atLine: string) => {
			const { json } = await platform.api('POST', `/api/v1/environments/${id}/deploy`, { ref: 'main' });
			const { id: deployment } = deploymentSchema.parse(json).deployment;
			const read = (path: string, headers = {}) =>
				platform.api('GET', `/api/v1/deployments/${deployment}${path}`, undefined, { headers });
			await until(async () => (await read('/logs', { Accept: 'text/plain' })).text.includes(atLine));
			await platform.api('POST', `/api/v1/deployments/${deployment}/cancel`);
			await until(async () => !['queued', 'running'].includes(String((await read('')).json.status)));
			return (await read('')).json;
		},
		/** Calls its Odoo through the gateway; answers the reply's `data`. */
		call: async (environment_id: string, model: string, method: string, args: unknown[], kwargs: object = {}) => {
			const body = JSON.stringify({ action: 'execute_method', environment_id, model, method, args, kwargs });
			const reply = await postSigned(platform.url, '/api/n8n/webhook', platform.firstRun.webhook_key, body);
			const answer = z.object({ success: z.literal(true), data: z.unknown() }).safeParse(reply.json);
			if (!answer.success) throw new Error(JSON.stringify(reply.json));
			return answer.data.data;
		},
		/** One request to its address, as a browser would send it: by the server's ingress. */
		visit: (url: string, visited = '/web/login') =>
			visits
				.request({ method: 'GET', path: visited, headers: { host: new URL(url).host } })
				.then(async (reply) => {
					await reply.body.dump();
					return reply.statusCode;
				}),
		/** Sends JSON to its address; answers the reply's JSON. */
		post: (url: string, path: string, body: object): Promise<unknown> =>
			visits
				.request({
					method: 'POST',
					path,
					headers: { host: new URL(url).host, 'content-type': 'application/json' },
					body: JSON.stringify(body),
				})
				.then((reply) => reply.body.json()),
		/** Everything on the Engine that this installation has made. */
		leftOnEngine: async () => [
			...(await engine.containers(installation)).map(({ name }) => name),
			...(await engine.volumes(installation)).map(({ name }) => name),
			...(await engine.networks(installation)).map(({ name }) => name),
		],
		close: async () => {
			await removeAll(engine, platform.firstRun.organization_id);
			await visits.close();
			await platform.remove();
			rmSync(directory, { recursive: true, force: true });
		},
	};
}

export type RealEnvironments = Awaited<ReturnType<typeof openRealEnvironments>>;
