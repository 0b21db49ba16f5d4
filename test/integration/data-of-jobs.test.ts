import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Db } from 'mongodb';
import mongoose, { type Connection } from 'mongoose';
import { createIds, type JobId } from '../../backend/src/core/ids';
import { dataOfJobs } from '../../backend/src/database/migrations/003-data-of-jobs';
import { deployJob } from '../../backend/src/features/deployments/model';
import { jobCollection } from '../../backend/src/features/jobs/model';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { createFakeClock } from '../support/fake-clock';

const clock = createFakeClock();
const ids = createIds(clock);
const organization = ids.next('organization');

const { signal } = new AbortController();

let database: TestDatabase;
let connection: Connection;
let db: Db;

beforeAll(async () => {
	database = await openTestDatabase();
	connection = await mongoose.createConnection(database.uri, { dbName: database.name, autoIndex: false }).asPromise();
	if (connection.db === undefined) throw new Error('the connection is not open');
	({ db } = connection);
});

afterEach(() => connection.dropDatabase());

afterAll(async () => {
	await connection.close();
	await database.drop();
});

const deployment = () => ({
	id: ids.next('deployment'),
	git_ref: 'main',
	git_sha: '9f2c1e7ab3d4056178c9e0f1a2b3c4d5e6f70819',
	git_branch: 'main',
	addons: [
		{ name: 'crm_plus', title: 'CRM', version: '19.0.1.0.0', summary: '', depends: ['crm'], installable: true },
	],
	environment: { name: 'production', primary_url: 'https://odoo.example.com', odoo_version: '19.0' },
	before: { status: 'running', git_sha: '', git_branch: null },
	status_on_failure: 'failed',
});

/** A job as the release before wrote it. */
const jobBefore = (kind: string, itsDeployment: object | null) => ({
	_id: ids.next('job'),
	organization_id: organization,
	project_id: ids.next('project'),
	environment_id: ids.next('environment'),
	kind,
	status: 'succeeded',
	steps: [],
	current_step: null,
	progress_percent: 100,
	error: null,
	actor: 'ada',
	created_at: clock.now(),
	started_at: clock.now(),
	finished_at: clock.now(),
	deployment: itsDeployment,
	outbox: [],
});

type JobBefore = ReturnType<typeof jobBefore>;

const store = (...jobs: readonly JobBefore[]) => db.collection<JobBefore>('jobs').insertMany([...jobs]);
const stored = async (id: JobId) => {
	const found = await jobCollectionOf().findOne(organization, { _id: id });
	if (found === null) throw new Error('the job is gone');
	return found;
};

/** As this release sees the jobs. */
const jobCollectionOf = () => {
	connection.deleteModel(/^jobs$/);
	return jobCollection(connection);
};

describe('jobs of the release before', () => {
	it('have their deployment as their data', async () => {
		const before = jobBefore('deploy', deployment());
		await store(before);
		await dataOfJobs.run(db, signal);
		const job = await stored(before._id);
		expect(deployJob(job).data).toMatchObject({ ...before.deployment });
		expect(job).not.toHaveProperty('deployment');
	});

	it('have no data where they deployed nothing', async () => {
		const before = jobBefore('delete', null);
		await store(before);
		await dataOfJobs.run(db, signal);
		expect(await stored(before._id)).toEqual({ ...before, deployment: undefined, data: {} });
	});

	it('need not know what was not written down in their time', async () => {
		const { before: _, status_on_failure: __, git_branch: ___, ...early } = deployment();
		const job = jobBefore('deploy', early);
		await store(job);
		await dataOfJobs.run(db, signal);
		expect(deployJob(await stored(job._id)).data).toMatchObject({
			before: null,
			status_on_failure: null,
			git_branch: null,
			addons: [{ path: '' }],
			addons_skipped: [],
		});
	});

	it('are all moved, however many there are', async () => {
		const jobs = Array.from({ length: 450 }, () => jobBefore('deploy', deployment()));
		await store(...jobs);
		await dataOfJobs.run(db, signal);
		expect(await db.collection('jobs').countDocuments({ deployment: { $exists: true } })).toBe(0);
		expect(await db.collection('jobs').countDocuments({ 'data.id': { $exists: true } })).toBe(450);
	});

	it('are left alone when they are moved already', async () => {
		const job = jobBefore('deploy', deployment());
		await store(job);
		await dataOfJobs.run(db, signal);
		const first = await stored(job._id);
		await dataOfJobs.run(db, signal);
		expect(await stored(job._id)).toEqual(first);
	});

	it('may be none', async () => {
		await expect(dataOfJobs.run(db, signal)).resolves.toBeUndefined();
	});

	it('stand in no way of the indexes of this release', async () => {
		await db.collection('jobs').createIndexes([{ key: { 'deployment.id': 1 }, unique: true, sparse: true }]);
		await store(jobBefore('deploy', deployment()), jobBefore('deploy', deployment()), jobBefore('delete', null));
		await dataOfJobs.run(db, signal);
		await expect(jobCollectionOf().createIndexes()).resolves.toBeUndefined();
	});
});
