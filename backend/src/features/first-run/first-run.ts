import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../core/clock';
import { ApiError } from '../../core/errors';
import { idSchema, type Ids } from '../../core/ids';
import { PERMISSIONS } from '../../core/permissions';
import type { Secrets } from '../../core/secrets';
import { isDuplicateKey } from '../../database/connection';
import type { TenantCollection } from '../../database/tenant-collection';
import type { ConnectionsService } from '../connections/service';
import type { EnvironmentsService } from '../environments/service';
import { type KeySpecification, type KeysService, makeHmacSecret } from '../keys/service';
import type { MembersService } from '../organizations/members';
import type { OrganizationsService } from '../organizations/service';
import type { ProjectsService } from '../projects/service';
import { createDemoRepository } from './demo-repository';
import { sealKey } from './master-key';
import type { InstallationDocument } from './model';

/** The ids and secrets of a first run: decided and written down before anything is made, so that it can be repeated. */
const planSchema = z.object({
	organization_id: idSchema('organization'),
	owner: z.object({ id: idSchema('user'), email: z.string(), password: z.string() }),
	api_key: z.object({ id: idSchema('key'), token: z.string() }),
	webhook_key: z.object({ id: idSchema('key'), token: z.string(), hmac_secret: z.string() }),
	project_id: idSchema('project'),
	environments: z.object({ production: idSchema('environment'), staging: idSchema('environment') }),
});

type Plan = z.output<typeof planSchema>;

interface Dependencies {
	readonly dataDir: string;
	/** Where clients reach the service. */
	readonly baseUrl: string;
	readonly installation: TenantCollection<InstallationDocument>;
	readonly organizations: Pick<OrganizationsService, 'create'>;
	readonly membersService: Pick<MembersService, 'createOwner'>;
	readonly keys: Pick<KeysService, 'mint' | 'store'>;
	readonly projects: Pick<ProjectsService, 'get' | 'create'>;
	readonly environments: Pick<EnvironmentsService, 'get' | 'create'>;
	readonly connections: Pick<ConnectionsService, 'ensureDefault'>;
	readonly secrets: Secrets;
	readonly ids: Ids;
	readonly clock: Clock;
}

/**
 * Gives a new database its first organization: an owner, two keys and a demo project with two sandbox environments,
 * and writes how to use them to `DATA_DIR/first-run.json` (mode 0600). Interrupted, it goes on at the next start; of
 * several replicas, one does it.
 * @returns the file that was written; null where the database has an organization already.
 */
export async function firstRun(dependencies: Dependencies): Promise<string | null> {
	const { dataDir, installation, clock } = dependencies;
	const begun = await installation.everywhere.findOne({ _id: 'installation' });
	const plan = begun === null ? await begin(dependencies) : await interrupted(begun, dataDir);
	if (plan === null) return null;
	await make(plan, dependencies);
	const file = path.join(dataDir, 'first-run.json');
	await writeSecretFile(file, present(plan, dependencies.baseUrl));
	await installation.update(plan.organization_id, { _id: 'installation' }, { $set: { completed_at: clock.now() } });
	await rm(draftOf(plan, dataDir), { force: true });
	return file;
}

/** Where a plan is until it is carried out. Replicas may share the directory: each plan has a file of its own. */
const draftOf = ({ organization_id }: Pick<Plan, 'organization_id'>, dataDir: string) =>
	path.join(dataDir, `first-run.${organization_id}.draft.json`);

/** The plan of a first run that begins now; null where another replica was faster. */
async function begin(dependencies: Dependencies): Promise<Plan | null> {
	const { dataDir, installation } = dependencies;
	const plan = makePlan(dependencies);
	const draft = draftOf(plan, dataDir);
	await writeSecretFile(draft, plan);
	try {
		await installation.insert({
			_id: 'installation',
			organization_id: plan.organization_id,
			completed_at: null,
			key_check: sealKey(dependencies.secrets),
		});
		return plan;
	} catch (error) {
		if (!isDuplicateKey(error)) throw error;
		await rm(draft);
		return null;
	}
}

/** The plan of a first run that was interrupted; null where it is complete, or in another directory. */
async function interrupted(begun: InstallationDocument, dataDir: string): Promise<Plan | null> {
	const draft = draftOf(begun, dataDir);
	// Interrupted between the last two steps, it left its secrets behind.
	if (begun.completed_at !== null) await rm(draft, { force: true });
	return existsSync(draft) ? planSchema.parse(JSON.parse(await readFile(draft, 'utf8'))) : null;
}

function makePlan({ ids, keys }: Dependencies): Plan {
	const organization_id = ids.next('organization');
	const unsigned = {
		organization_id,
		owner: { id: ids.next('user'), email: 'owner@example.com', password: randomBytes(15).toString('base64url') },
		api_key: { id: ids.next('key'), token: '' },
		webhook_key: { id: ids.next('key'), token: '', hmac_secret: makeHmacSecret() },
		project_id: ids.next('project'),
		environments: { production: ids.next('environment'), staging: ids.next('environment') },
	};
	const { api, webhook } = keyRequests(unsigned);
	return {
		...unsigned,
		api_key: { ...unsigned.api_key, token: keys.mint(api) },
		webhook_key: { ...unsigned.webhook_key, token: keys.mint(webhook) },
	};
}

function keyRequests({ organization_id, api_key, webhook_key }: Plan): Record<'api' | 'webhook', KeySpecification> {
	const common = { organization_id, connection_id: null, expires_at: null };
	return {
		api: { ...common, id: api_key.id, name: 'owner', scope: 'org', permissions: PERMISSIONS, hmac_secret: null },
		webhook: {
			...common,
			id: webhook_key.id,
			name: 'n8n',
			scope: 'webhook',
			permissions: ['odoo:read', 'odoo:write'],
			hmac_secret: webhook_key.hmac_secret,
		},
	};
}

/** Everything of the plan; what an interrupted run made already stays. */
async function make(plan: Plan, dependencies: Dependencies): Promise<void> {
	const { dataDir, organizations, membersService, keys, projects, environments, connections } = dependencies;
	const { organization_id } = plan;
	const repository = path.join(dataDir, 'repositories', 'demo');
	await createDemoRepository(repository);
	await organizations.create({ id: organization_id, name: 'Acme', plan: 'agency' });
	await membersService.createOwner({ ...plan.owner, organization_id, name: 'Owner' });
	const { api, webhook } = keyRequests(plan);
	await keys.store(api, plan.api_key.token);
	await keys.store(webhook, plan.webhook_key.token);
	await unlessMade(
		() => projects.get(organization_id, plan.project_id),
		() =>
			projects.create(
				organization_id,
				{ name: 'Demo', repository_url: repository, default_branch: 'main' },
				plan.project_id,
			),
	);
	for (const name of ['production', 'staging'] as const) {
		const id = plan.environments[name];
		const request = { project_id: plan.project_id, name, runtime: 'sandbox', odoo_version: '19.0' } as const;
		await unlessMade(
			() => environments.get(organization_id, id),
			() => environments.create(organization_id, request, id),
		);
	}
	await connections.ensureDefault(organization_id, plan.environments.production);
}

async function unlessMade(get: () => Promise<unknown>, create: () => Promise<unknown>): Promise<void> {
	try {
		await get();
	} catch (error) {
		if (!(error instanceof ApiError && error.status === 404)) throw error;
		await create();
	}
}

const present = (plan: Plan, base_url: string) => ({
	base_url,
	organization_id: plan.organization_id,
	owner: { email: plan.owner.email, password: plan.owner.password },
	api_key: plan.api_key.token,
	webhook_key: { token: plan.webhook_key.token, hmac_secret: plan.webhook_key.hmac_secret },
	project_id: plan.project_id,
	environments: plan.environments,
});

async function writeSecretFile(file: string, content: unknown): Promise<void> {
	const draft = `${file}.${process.pid}`;
	await writeFile(draft, `${JSON.stringify(content, null, '\t')}\n`, { mode: 0o600, flush: true });
	await rename(draft, file);
}
