import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { DOCKER_HOST, notesAddon, openRealEnvironments, type RealEnvironments } from '../support/real-environments';

/** Containers take their time on a busy machine. */
const PATIENCE_MS = 600_000;

const jobReply = z.object({
	job_id: z.string(),
	status: z.string(),
	job: z.object({
		error: z.object({ code: z.string(), message: z.string() }).nullable(),
		result: z.record(z.string(), z.unknown()).nullable(),
	}),
});
const backupReply = jobReply.extend({ backup_id: z.string() });
const backupsPage = z.object({
	data: z.array(z.object({ id: z.string(), reason: z.string(), status: z.string(), modules: z.array(z.string()) })),
});

(DOCKER_HOST === undefined ? describe.skip : describe)('copies of an environment on a Docker Engine', () => {
	let real: RealEnvironments;
	let live: Awaited<ReturnType<RealEnvironments['addEnvironment']>>;
	let staging: typeof live;
	const directory = mkdtempSync(path.join(tmpdir(), 'copies-'));

	beforeAll(async () => {
		real = await openRealEnvironments(DOCKER_HOST ?? '');
		live = await real.addEnvironment('live', { production: true });
		staging = await real.addEnvironment('staging');
		expect((await real.deploy(live.id)).status).toBe('succeeded');
		expect((await real.deploy(staging.id)).status).toBe('succeeded');
	}, PATIENCE_MS);

	afterAll(async () => {
		await real.close();
		rmSync(directory, { recursive: true, force: true });
	}, PATIENCE_MS);

	const addNote = (environment: typeof live, name: string) =>
		real.call(environment.id, 'acme.note', 'create', [{ name }]);
	const notes = async (environment: typeof live) => {
		const found = await real.call(environment.id, 'acme.note', 'search_read', [[]], { fields: ['name'] });
		return z
			.array(z.object({ name: z.string() }))
			.parse(found)
			.map(({ name }) => name);
	};
	const post = (environment: typeof live, what: string, body: object) =>
		real.platform.api('POST', `/api/v1/environments/${environment.id}/${what}`, { wait: true, ...body });
	const backUp = async (environment: typeof live) => {
		const { job, ...reply } = backupReply.parse((await post(environment, 'backups', {})).json);
		expect([reply.status, job.error]).toEqual(['succeeded', null]);
		return reply.backup_id;
	};
	const restore = async (environment: typeof live, backup_id: string, confirm: string, more: object = {}) => {
		const { json } = await post(environment, 'restore', { backup_id, confirm, ...more });
		const { status, job } = jobReply.parse(json);
		expect([status, job.error]).toEqual(['succeeded', null]);
		return job.result;
	};
	const parameter = (environment: typeof live, key: string) =>
		real.call(environment.id, 'ir.config_parameter', 'get_param', [key]);
	const activeCrons = () => real.call(staging.id, 'ir.cron', 'search_count', [[['active', '=', true]]]);
	const authorized = () => ({ Authorization: `Bearer ${real.platform.firstRun.api_key}` });

	/** All rows of an environment's database, as `pg_dump` writes them. */
	const dataOf = ({ id, primary_url }: typeof live) => {
		const database = new URL(primary_url).hostname.split('.')[0]?.replaceAll('-', '_') ?? '';
		const container = `oec-${id.toLowerCase().replace('_', '-')}-db`;
		const command = ['exec', container, 'pg_dump', '-U', 'postgres', '-p', '5432', '--data-only', database];
		return execFileSync('docker', command, { maxBuffer: 1e9, stdio: ['ignore', 'pipe', 'ignore'] }).toString();
	};

	/** Does the work while somebody visits the environment; answers with which statuses it was answered. */
	const whileVisiting = async (environment: typeof live, work: () => Promise<unknown>) => {
		const answers = new Set<number>();
		const state = { over: false };
		const visiting = (async () => {
			while (!state.over) answers.add(await real.visit(environment.primary_url));
		})();
		await work();
		state.over = true;
		await visiting;
		return [...answers];
	};

	it(
		'bring it back to what it was, with its files, while it serves on until the window',
		async () => {
			await addNote(live, 'before');
			const [file] = z.array(z.number()).parse(
				await real.call(live.id, 'ir.attachment', 'create', [
					[
						{
							name: 'plan.bin',
							raw: false,
							datas: Buffer.from('the plan'.repeat(2_000)).toString('base64'),
						},
					],
				]),
			);
			let id = '';
			const answers = await whileVisiting(live, async () => {
				id = await backUp(live);
			});
			expect(answers).toEqual([200]);
			await addNote(live, 'a mistake');
			await real.call(live.id, 'ir.attachment', 'unlink', [[file]]);
			const result = await restore(live, id, 'live');
			expect(result).toMatchObject({ backup_id: id, modules_updated: [] });
			expect(await notes(live)).toEqual(['before']);
			const read = await real.call(live.id, 'ir.attachment', 'read', [[file], ['datas']]);
			expect(JSON.stringify(read)).toContain(Buffer.from('the plan').toString('base64').slice(0, 8));
			const url = `/api/v1/environments/${live.id}/backups`;
			const { data } = backupsPage.parse((await real.platform.api('GET', url)).json);
			expect(data.map(({ reason, status }) => [reason, status])).toEqual([
				['before_restore', 'succeeded'],
				['manual', 'succeeded'],
			]);
			expect(data[0]?.modules).toContain('acme_notes');
		},
		PATIENCE_MS,
	);

	it(
		'are a zip of Odoo’s own, which is taken back and restored into another environment',
		async () => {
			const id = await backUp(live);
			const file = path.join(directory, 'live.zip');
			const reply = await fetch(`${real.platform.url}/api/v1/backups/${id}/download?format=odoo`, {
				headers: authorized(),
			});
			writeFileSync(file, Buffer.from(await reply.arrayBuffer()));
			const listed = execFileSync('python3', ['-m', 'zipfile', '-l', file]).toString();
			for (const part of ['dump.sql', 'manifest.json', 'filestore/']) expect(listed).toContain(part);
			const uploaded = await fetch(`${real.platform.url}/api/v1/environments/${staging.id}/backups/upload`, {
				method: 'POST',
				headers: { ...authorized(), 'content-type': 'application/zip' },
				body: readFileSync(file),
			});
			expect(uploaded.status).toBe(201);
			const backup = z.object({ id: z.string(), reason: z.literal('uploaded') }).parse(await uploaded.json());
			await restore(staging, backup.id, 'staging');
			expect(await notes(staging)).toContain('before');
			expect(await activeCrons()).toBe(1);
		},
		PATIENCE_MS,
	);

	it(
		'take the place of another environment’s data, which keeps its own URL and sends no mail',
		async () => {
			await addNote(live, 'for staging');
			const answers = await whileVisiting(live, async () => {
				const { json } = await post(staging, 'clone', { source_env: live.id, sanitize: false });
				const { status, job } = jobReply.parse(json);
				expect([status, job.error]).toEqual(['succeeded', null]);
			});
			expect(answers).toEqual([200]);
			expect(await notes(staging)).toContain('for staging');
			expect(await parameter(staging, 'web.base.url')).toBe(staging.primary_url);
			expect(await parameter(staging, 'database.uuid')).not.toBe(await parameter(live, 'database.uuid'));
			expect(await activeCrons()).toBe(1);
			expect(await real.visit(staging.primary_url)).toBe(200);
		},
		PATIENCE_MS,
	);

	it(
		'have no address of the source anywhere where they are sanitized, and let the administrator in',
		async () => {
			const address = 'Jane.Roe@customer.example.com';
			await real.call(live.id, 'res.partner', 'create', [
				{ name: 'Jane', email: address, comment: `<p>Ask ${address} or jane.roe%40customer.example.com</p>` },
			]);
			await real.call(live.id, 'res.partner', 'create', [{ name: 'Twin', email: address.toLowerCase() }]);
			await real.call(live.id, 'res.users', 'create', [{ name: 'Jo', login: 'jo@customer.example.com' }]);
			await addNote(live, `write to ${address}`);
			await real.call(live.id, 'ir.attachment', 'create', [
				{
					name: 'letter.txt',
					mimetype: 'text/plain',
					datas: Buffer.from(`Dear ${address}`).toString('base64'),
				},
			]);
			const { json } = await post(staging, 'clone', { source_env: live.id, sanitize: true });
			const { status, job } = jobReply.parse(json);
			expect([status, job.error]).toEqual(['succeeded', null]);
			expect(dataOf(staging)).not.toMatch(/customer\.example\.com/i);
			expect(dataOf(live)).toMatch(/customer\.example\.com/i);
			const emails = z
				.array(z.object({ email: z.string() }))
				.parse(
					await real.call(staging.id, 'res.partner', 'search_read', [[['name', 'in', ['Jane', 'Twin']]]], {
						fields: ['email'],
					}),
				)
				.map(({ email }) => email);
			expect(emails[0]).toMatch(/^u[0-9a-f]{20}@sanitized\.invalid$/);
			expect(new Set(emails).size).toBe(1);
			const { login, password } = z
				.object({ login: z.string(), password: z.string() })
				.parse((await real.platform.api('GET', `/api/v1/environments/${staging.id}/login`)).json);
			const db = new URL(staging.primary_url).hostname.split('.')[0]?.replaceAll('-', '_');
			const session = await real.post(staging.primary_url, '/web/session/authenticate', {
				jsonrpc: '2.0',
				params: { db, login, password },
			});
			expect(session).toMatchObject({ result: { uid: expect.any(Number) } });
			expect(job.result).toMatchObject({
				sanitized: { tables: expect.arrayContaining([expect.objectContaining({ name: 'res_partner' })]) },
			});
		},
		PATIENCE_MS,
	);

	it(
		'are made before a production environment’s modules are updated',
		async () => {
			real.repository.commit(notesAddon('19.0.1.1.0', '    priority = fields.Integer(default=3)\n'));
			expect(await real.deploy(live.id)).toMatchObject({ status: 'succeeded', modules_updated: ['acme_notes'] });
			const url = `/api/v1/environments/${live.id}/backups`;
			const { data } = backupsPage.parse((await real.platform.api('GET', url)).json);
			expect(data[0]).toMatchObject({ reason: 'before_update', status: 'succeeded' });
		},
		PATIENCE_MS,
	);

	it(
		'are refused where the environment has older add-ons than the data, which stays as it is',
		async () => {
			const { json } = await post(staging, 'clone', { source_env: live.id, sanitize: false });
			const { status, job } = jobReply.parse(json);
			expect(status).toBe('failed');
			expect(job.error).toMatchObject({
				code: 'snapshot_refused',
				message: expect.stringContaining('acme_notes'),
			});
			expect(await real.visit(staging.primary_url)).toBe(200);
			expect(await notes(staging)).toContain('for staging');
		},
		PATIENCE_MS,
	);

	it(
		'have their modules updated where the environment has newer ones',
		async () => {
			real.repository.commit(
				notesAddon('19.0.1.2.0', '    priority = fields.Integer(default=3)\n    rank = fields.Integer()\n'),
			);
			expect(await real.deploy(staging.id)).toMatchObject({ status: 'succeeded' });
			const { json } = await post(staging, 'clone', { source_env: live.id, sanitize: false });
			const { status, job } = jobReply.parse(json);
			expect([status, job.error]).toEqual(['succeeded', null]);
			expect(job.result).toMatchObject({ modules_updated: ['acme_notes'] });
			expect(await real.call(staging.id, 'acme.note', 'search_read', [[]], { fields: ['rank'] })).toEqual(
				expect.arrayContaining([expect.objectContaining({ rank: 0 })]),
			);
		},
		PATIENCE_MS,
	);

	it(
		'leave nothing behind when the environments are deleted',
		async () => {
			for (const { id } of [live, staging]) await real.platform.api('DELETE', `/api/v1/environments/${id}`);
			const left = await real.leftOnEngine();
			expect(left.filter((name) => !name.includes('ingress'))).toEqual([]);
		},
		PATIENCE_MS,
	);
});
