import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { systemClock } from '../../backend/src/core/clock';
import { createIds, type OrganizationId, type ProjectId } from '../../backend/src/core/ids';
import type { TenantCollection } from '../../backend/src/database/tenant-collection';
import { type ProjectDocument, projectCollection } from '../../backend/src/features/projects/model';
import { openTestDatabase, type TestDatabase } from '../support/database';

describe('a query without its organization', () => {
	it('does not compile', () => {
		const query = (projects: TenantCollection<ProjectDocument>, id: ProjectId) =>
			// @ts-expect-error -- the tenant is missing, which is what this test is about
			projects.findOne({ _id: id });
		expect(query).toBeInstanceOf(Function);
	});

	it('does not compile with an id of another kind in its place', () => {
		const query = (projects: TenantCollection<ProjectDocument>, id: ProjectId) =>
			// @ts-expect-error -- a project's id is no organization's
			projects.findOne(id, {});
		expect(query).toBeInstanceOf(Function);
	});
});

describe('what is made', () => {
	it('does not compile without the one organization that it belongs to', () => {
		const upsert = (projects: TenantCollection<ProjectDocument>, all: readonly OrganizationId[], _id: ProjectId) =>
			// @ts-expect-error -- made within several organizations, it could be of any of them
			projects.update(all, { _id }, { $set: { name: 'made' } }, { upsert: true });
		expect(upsert).toBeInstanceOf(Function);
	});
});

/** Works on a database of its own. */
async function withProjects<T>(work: (projects: TenantCollection<ProjectDocument>) => Promise<T>): Promise<T> {
	const database = await openTestDatabase();
	const connection = await mongoose.createConnection(database.uri, { dbName: database.name }).asPromise();
	try {
		return await work(projectCollection(connection));
	} finally {
		await connection.close();
		await database.drop();
	}
}

describe('what several make at the same moment, or change if it is there', () => {
	it('is one document, and none of them fails', async () => {
		const ids = createIds(systemClock);
		const organization_id = ids.next('organization');
		const made = await withProjects((projects) => {
			const upsert = (_id: ProjectId) =>
				projects.update(organization_id, { _id }, { $set: { name: 'made' } }, { upsert: true });
			const wanted = Array.from({ length: 20 }, () => ids.next('project'));
			return Promise.all(wanted.flatMap((id) => Array.from({ length: 5 }, () => upsert(id))));
		});
		expect(made.map((project) => project?.name)).toEqual(Array(100).fill('made'));
	});
});

describe('a deletion', () => {
	it('answers the document, though others change it at the same moment', async () => {
		const database = await openTestDatabase();
		const connection = await mongoose.createConnection(database.uri, { dbName: database.name }).asPromise();
		const projects = projectCollection(connection);
		const ids = createIds(systemClock);
		const organization_id = ids.next('organization');
		const made = Array.from({ length: 20 }, () => ids.next('project'));
		const deleted: unknown[] = [];
		for (const _id of made) {
			const project = { name: _id, repository_url: 'https://example.com/a.git', default_branch: 'main' };
			await projects.insert({ _id, organization_id, ...project, created_at: systemClock.now() });
			const changes = ['a', 'b', 'c', 'd'].map((default_branch) =>
				projects.update(organization_id, { _id }, { $set: { default_branch } }),
			);
			const [document] = await Promise.all([projects.delete(organization_id, { _id }), ...changes]);
			deleted.push(document?._id);
		}
		await connection.close();
		await database.drop();
		expect(deleted).toEqual(made);
	});
});

describe('what is done to many', () => {
	const made = (name: string, organization_id: OrganizationId): ProjectDocument => ({
		_id: ids.next('project'),
		organization_id,
		name,
		repository_url: 'https://example.com/a.git',
		default_branch: 'main',
		created_at: systemClock.now(),
	});
	const ids = createIds(systemClock);
	const [mine, other] = [ids.next('organization'), ids.next('organization')];

	let database: TestDatabase;
	let connection: mongoose.Connection;
	let projects: TenantCollection<ProjectDocument>;

	beforeAll(async () => {
		database = await openTestDatabase();
		connection = await mongoose.createConnection(database.uri, { dbName: database.name }).asPromise();
		projects = projectCollection(connection);
		await projects.createIndexes();
	});

	afterAll(async () => {
		await connection.close();
		await database.drop();
	});

	it('inserts what is new and leaves alone what is there', async () => {
		const [one, two] = [made('one', mine), made('two', mine)];
		await projects.insertNew([one]);
		await projects.insertNew([{ ...one, default_branch: 'changed' }, two]);
		expect(await projects.find(mine, {}, { sort: { _id: 1 } })).toEqual([one, two]);
	});

	it('changes the documents of the named organization alone', async () => {
		await projects.insertNew([made('same', mine), made('same', other)]);
		const changed = await projects.updateMany(mine, { name: 'same' }, { $set: { default_branch: 'changed' } });
		const left = await projects.findOne(other, { name: 'same' });
		expect({ changed, left: left?.default_branch }).toEqual({ changed: 1, left: 'main' });
	});

	it('makes several changes in their order', async () => {
		const { _id } = made('first', mine);
		await projects.insertNew([{ ...made('first', mine), _id }]);
		await projects.everywhere.updateMany(
			{ filter: { _id }, update: { $set: { default_branch: 'second' } } },
			{ filter: { _id, default_branch: 'second' }, update: { $set: { default_branch: 'third' } } },
		);
		expect(await projects.findOne(mine, { _id })).toMatchObject({ default_branch: 'third' });
	});
});
