import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import mongoose, { type Connection } from 'mongoose';
import { z } from 'zod';
import { createIds } from '../../backend/src/core/ids';
import { createLogger } from '../../backend/src/core/log';
import { defineJob, type StepContext } from '../../backend/src/features/jobs/definition';
import { jobCollection, jobLogCollection } from '../../backend/src/features/jobs/model';
import { createJobsService } from '../../backend/src/features/jobs/service';
import { createJobWorker } from '../../backend/src/features/jobs/worker';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { createFakeClock } from '../support/fake-clock';
import { until } from '../support/until';

const voyageSchema = z.object({
	id: z.string(),
	ports: z.array(z.string()),
	captain: z.string().nullable(),
	left_at: z.date().nullable(),
});

type Voyage = z.output<typeof voyageSchema>;
type Step = (context: StepContext<Voyage>) => Promise<unknown>;

const clock = createFakeClock();
const ids = createIds(clock);
const organization = ids.next('organization');
const never = new AbortController().signal;
const stops: (() => Promise<void>)[] = [];

let database: TestDatabase;
let connection: Connection;
let jobs: ReturnType<typeof jobCollection>;
let logs: ReturnType<typeof jobLogCollection>;

beforeAll(async () => {
	database = await openTestDatabase();
	connection = await mongoose.createConnection(database.uri, { dbName: database.name, autoIndex: false }).asPromise();
	jobs = jobCollection(connection);
	logs = jobLogCollection(connection);
	for (const collection of [jobs, logs]) await collection.createIndexes();
});

afterEach(async () => {
	jest.restoreAllMocks();
	for (const stop of stops.splice(0)) await stop();
});

afterAll(async () => {
	await connection.close();
	await database.drop();
});

/** A service whose one kind of job is a voyage with those steps, and a worker that runs them. */
function openShipyard(...steps: readonly Step[]) {
	const definitions = [
		defineJob({
			kind: 'deploy',
			data: voyageSchema,
			steps: steps.map((step, index) => ({
				name: `step_${index}`,
				run: async (context: StepContext<Voyage>) => {
					await step(context);
					return 'Done.';
				},
			})),
			events: () => [],
			onFailure: () => Promise.resolve(),
			onCancel: () => Promise.resolve(),
		}),
	];
	const service = createJobsService({
		jobs,
		logs,
		definitions,
		clock,
		ids,
		notify: () => undefined,
		wake: () => worker.wake(),
		nudge: (id) => worker.nudge(id),
	});
	const worker = createJobWorker({
		jobs,
		logs,
		definitions,
		clock,
		log: createLogger('silent'),
		owner: randomUUID(),
		notify: () => undefined,
		onChange: (id) => service.changed(id),
	});
	const start = () => {
		worker.start();
		stops.push(() => worker.stop());
	};
	const enqueue = (data: Readonly<Record<string, unknown>> = {}) =>
		service.enqueue(organization, {
			kind: 'deploy',
			project_id: ids.next('project'),
			environment_id: ids.next('environment'),
			actor: 'ada',
			effect_id: null,
			data: { id: randomUUID(), ports: ['Hamburg'], captain: null, left_at: null, ...data },
		});
	return {
		service,
		enqueue,
		start,
		/** Sets sail, and answers the job at its end. */
		sailed: async (data?: Readonly<Record<string, unknown>>) => {
			const { _id } = await enqueue(data);
			start();
			return service.waitFor(organization, _id, { timeoutMs: 60_000, signal: never });
		},
	};
}

/** How far the job is that a step works on, as others see it. */
const progressOf = async ({ job }: StepContext<Voyage>) =>
	(await jobs.findOne(organization, { _id: job._id }))?.progress_percent;

describe('the data of a kind', () => {
	it('comes to every step as the steps before have left it', async () => {
		const seen: Voyage[] = [];
		const left_at = new Date('2026-05-07T15:00:00.000Z');
		const { sailed } = openShipyard(
			({ keep }) => keep({ captain: 'Grace', left_at }),
			({ job }) => Promise.resolve(seen.push(job.data)),
		);
		const { data, status } = await sailed({ id: 'voyage-1' });
		expect(status).toBe('succeeded');
		expect(seen).toEqual([{ id: 'voyage-1', ports: ['Hamburg'], captain: 'Grace', left_at }]);
		expect(data).toEqual(seen[0]);
	});

	it('is seen within a step as that step has left it', async () => {
		const seen: (string | null)[] = [];
		const { sailed } = openShipyard(async (context) => {
			await context.keep({ captain: 'Grace' });
			seen.push(context.job.data.captain);
		});
		await sailed();
		expect(seen).toEqual(['Grace']);
	});

	it('keeps each finding apart from the others', async () => {
		const { sailed } = openShipyard(async ({ keep }) => {
			await Promise.all([
				keep({ captain: 'Grace' }),
				keep({ ports: ['Rotterdam'] }),
				keep({ captain: undefined }),
			]);
		});
		expect((await sailed()).data).toMatchObject({ captain: 'Grace', ports: ['Rotterdam'] });
	});

	it('is refused before there is a job, where it is not of the kind', async () => {
		const { enqueue } = openShipyard();
		await expect(enqueue({ id: 'voyage-2', ports: 'Hamburg' })).rejects.toThrow(z.ZodError);
		expect(await jobs.findOne(organization, { 'data.id': 'voyage-2' })).toBeNull();
	});

	it('finds its job by its id', async () => {
		const { service, enqueue } = openShipyard();
		const { _id } = await enqueue({ id: 'voyage-3' });
		const finders = [organization, ids.next('organization')];
		const found = await Promise.all(finders.map((finder) => service.findByDataId(finder, 'voyage-3')));
		expect(found.map((job) => job?._id)).toEqual([_id, undefined]);
		await service.cancel(organization, _id, 'ada');
	});
});

describe('the progress of a step', () => {
	it('counts in proportion to the steps, and is seen while the step runs', async () => {
		const seen: unknown[] = [];
		const half = async (context: StepContext<Voyage>) => {
			await context.progress(0.5);
			seen.push(await progressOf(context));
		};
		const { sailed } = openShipyard(half, half);
		expect((await sailed()).progress_percent).toBe(100);
		expect(seen).toEqual([25, 75]);
	});

	it('stays within its step, whatever is told', async () => {
		const seen: unknown[] = [];
		const tell = (fraction: number) => async (context: StepContext<Voyage>) => {
			await context.progress(fraction);
			seen.push(await progressOf(context));
		};
		await openShipyard(tell(7), tell(-7)).sailed();
		expect(seen).toEqual([50, 50]);
	});

	it('is told thousands of times in few writes', async () => {
		const update = jest.spyOn(jobs, 'update');
		const { sailed } = openShipyard(async ({ progress }) => {
			for (let told = 0; told < 5_000; told++) await progress(told / 5_000);
		});
		expect((await sailed()).status).toBe('succeeded');
		expect(update.mock.calls.filter(([, , change]) => '$max' in change).length).toBeLessThan(100);
	});

	it('is refused, and nothing written, once the job is another worker’s', async () => {
		const outcomes: unknown[] = [];
		const { enqueue, start } = openShipyard(async (context) => {
			const { _id } = context.job;
			await jobs.update(organization, { _id }, { $inc: { 'lease.attempt': 1 } });
			await context.progress(0.5).catch((error: unknown) => outcomes.push(error));
			outcomes.push(await progressOf(context));
		});
		const { _id } = await enqueue();
		start();
		await until(() => outcomes.length === 2);
		await jobs.delete(organization, { _id });
		expect(outcomes).toEqual([expect.any(Error), 0]);
	});
});

describe('the log of a step', () => {
	it('has its lines in the order in which they came, awaited or not', async () => {
		const { sailed } = openShipyard(async ({ log }) => {
			await Promise.all(['one', 'two', 'three', 'four', 'five'].map((line) => log(line)));
		});
		const { _id } = await sailed();
		const lines = await logs.find(organization, { job_id: _id }, { sort: { seq: 1 } });
		expect(lines.map(({ seq, text }) => [seq, text])).toEqual([
			[1, 'one'],
			[2, 'two'],
			[3, 'three'],
			[4, 'four'],
			[5, 'five'],
			[6, 'Done.'],
		]);
	});
});
