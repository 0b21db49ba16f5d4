import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mongoose, { type Connection } from 'mongoose';
import { z } from 'zod';
import { systemClock } from '../../backend/src/core/clock';
import { createIds, type OrganizationId } from '../../backend/src/core/ids';
import { createSecrets } from '../../backend/src/core/secrets';
import { environmentCollection } from '../../backend/src/features/environments/model';
import { createEnvironmentsService } from '../../backend/src/features/environments/service';
import { firstRun } from '../../backend/src/features/first-run/first-run';
import { installationCollection } from '../../backend/src/features/first-run/model';
import { projectCollection } from '../../backend/src/features/projects/model';
import { createProjectsService } from '../../backend/src/features/projects/service';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { noServers } from '../support/no-servers';

type Dependencies = Parameters<typeof firstRun>[0];

let database: TestDatabase;
let connection: Connection;
let dataDir: string;
let collections: ReturnType<typeof openCollections>;

const openCollections = () => ({
	installation: installationCollection(connection),
	projects: projectCollection(connection),
	environments: environmentCollection(connection),
});

beforeEach(async () => {
	database = await openTestDatabase();
	connection = await mongoose.createConnection(database.uri, { dbName: database.name }).asPromise();
	collections = openCollections();
	dataDir = await mkdtemp(path.join(tmpdir(), 'odoo-platform-first-run-'));
});

afterEach(async () => {
	await connection.close();
	await database.drop();
	await rm(dataDir, { recursive: true });
});

/** A replica that notes for whom it makes things. */
function replica(overrides: Partial<Dependencies> = {}) {
	const made: OrganizationId[] = [];
	const clock = systemClock;
	const ids = createIds(clock);
	const dependencies: Dependencies = {
		dataDir,
		baseUrl: 'https://platform.example.com',
		secrets: createSecrets(Buffer.alloc(32, 7)),
		installation: collections.installation,
		organizations: { create: ({ id }) => Promise.resolve(void made.push(id)) },
		membersService: { createOwner: () => Promise.resolve() },
		keys: { mint: () => 'a token', store: () => Promise.resolve() },
		projects: createProjectsService({
			projects: collections.projects,
			repositories: { forget: () => Promise.resolve(), tidyUp: () => Promise.resolve() },
			checkRepository: () => Promise.resolve(),
			hasEnvironments: () => Promise.resolve(false),
			clock,
			ids,
		}),
		environments: createEnvironmentsService({
			environments: collections.environments,
			ownerOfProject: (tenant) => Promise.resolve(typeof tenant === 'string' ? tenant : null),
			servers: noServers,
			addressOf: (_kind, { id }) => `https://odoo.example.com/${id}`,
			clock,
			ids,
			notify: () => undefined,
		}),
		connections: { ensureDefault: () => Promise.resolve() },
		ids,
		clock,
		...overrides,
	};
	return { dependencies, made };
}

const written = async () =>
	z
		.object({ organization_id: z.string() })
		.parse(JSON.parse(await readFile(path.join(dataDir, 'first-run.json'), 'utf8'))).organization_id;

describe('a first run', () => {
	it('is done by one of two replicas that begin at the same moment in the same directory', async () => {
		let arrived = 0;
		let release = () => {};
		const both = new Promise<void>((resolve) => (release = resolve));
		const installation: Dependencies['installation'] = {
			...collections.installation,
			insert: async (document) => {
				if (++arrived === 2) release();
				await both;
				return collections.installation.insert(document);
			},
		};
		const replicas = [1, 2].map(() => replica({ installation }));
		const files = await Promise.all(replicas.map(({ dependencies }) => firstRun(dependencies)));
		expect(files.filter((file) => file !== null)).toHaveLength(1);
		expect(replicas.flatMap(({ made }) => made)).toEqual([await written()]);
		expect((await readdir(dataDir)).sort()).toEqual(['first-run.json', 'repositories']);
	});

	it('goes on for the same organization when it was interrupted', async () => {
		const interrupted = replica({
			connections: { ensureDefault: () => Promise.reject(new Error('interrupted')) },
		});
		await expect(firstRun(interrupted.dependencies)).rejects.toThrow('interrupted');
		const next = replica();
		await firstRun(next.dependencies);
		expect([...interrupted.made, ...next.made]).toEqual([await written(), await written()]);
	});
});
