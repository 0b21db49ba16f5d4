import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiError } from '../../backend/src/core/errors';
import { createIds } from '../../backend/src/core/ids';
import { createLogger } from '../../backend/src/core/log';
import { EngineError } from '../../backend/src/docker/errors';
import type { EnvironmentStatus } from '../../backend/src/features/environments/model';
import { createUpkeep } from '../../backend/src/features/environments/upkeep';
import type { RuntimeUpkeep } from '../../backend/src/runtimes/runtime';
import { createFakeClock, type FakeClock } from '../support/fake-clock';
import { until } from '../support/until';

const MINUTE = 60_000;

let clock: FakeClock;
let stop: () => Promise<void>;
beforeEach(() => {
	clock = createFakeClock();
});
afterEach(() => stop());

/** Servers, one of which has an environment that a look finds damaged. */
async function openStage({
	servers = 1,
	status = 'running',
	...parts
}: Partial<RuntimeUpkeep> & { servers?: number; status?: EnvironmentStatus; isBusy?: boolean } = {}) {
	const ids = createIds(clock);
	const organization_id = ids.next('organization');
	const id = ids.next('environment');
	const damaged = { id, organization_id, reason: 'its Odoo does not run' };
	const told: string[] = [];
	const repairs: object[] = [];
	const upkeep: RuntimeUpkeep = {
		lookAfter: () => Promise.resolve([damaged]),
		clearAway: (server) => {
			told.push(server);
			return Promise.resolve();
		},
		routeAnew: () => Promise.resolve(),
		repair: () => Promise.reject(new Error('jobs do that')),
		...parts,
	};
	const worker = createUpkeep({
		upkeep: [upkeep],
		servers: { answering: () => Promise.resolve(Array.from({ length: servers }, () => ids.next('server'))) },
		environments: { find: () => Promise.resolve({ project_id: ids.next('project'), status }) },
		jobs: {
			atWork: () => Promise.resolve(null),
			enqueue: (_organization, { kind, actor, data }) => {
				if (parts.isBusy) return Promise.reject(new ApiError('environment_busy', 'A job is at work.'));
				repairs.push({ kind, actor, data });
				return Promise.resolve({});
			},
		},
		clock,
		log: createLogger('silent'),
	});
	stop = () => worker.stop();
	worker.start();
	const asleep = () => until(() => clock.sleeping.length === 1);
	await asleep();
	return {
		repairs,
		cleared: told,
		/** Lets so many minutes pass, and all looks happen in them. */
		pass: async (minutes: number) => {
			for (let minute = 0; minute < minutes; minute++) {
				await clock.advance(MINUTE);
				await asleep();
			}
		},
	};
}

const REPAIR = { kind: 'repair', actor: 'upkeep', data: { reason: 'its Odoo does not run' } };

describe('upkeep of servers', () => {
	it('has a damaged environment repaired at the start, by a job that says why', async () => {
		const { repairs } = await openStage();
		await until(() => repairs.length > 0);
		expect(repairs).toEqual([REPAIR]);
	});

	it('waits twice as long after each repair that did not help', async () => {
		const { repairs, pass } = await openStage();
		await until(() => repairs.length > 0);
		const counts: number[] = [];
		for (let minute = 1; minute <= 8; minute++) {
			await pass(1);
			counts.push(repairs.length);
		}
		expect(counts).toEqual([2, 2, 3, 3, 3, 3, 4, 4]);
	});

	it.each([
		['that is being deleted', { status: 'deleting' as const }],
		['that a job works on by then', { isBusy: true }],
	])('leaves an environment alone %s', async (_why, parts) => {
		const { repairs, cleared, pass } = await openStage(parts);
		await pass(1);
		await until(() => cleared.length > 1);
		expect(repairs).toEqual([]);
	});

	it('clears away on every server once a minute, also where one did not answer when it was looked at', async () => {
		let first = true;
		const { cleared, pass } = await openStage({
			servers: 2,
			lookAfter: () => {
				const isFirst = first;
				first = false;
				return isFirst
					? Promise.reject(new EngineError('unreachable', 'The Docker Engine does not answer.'))
					: Promise.resolve([]);
			},
		});
		await until(() => cleared.length === 2);
		await pass(1);
		await until(() => cleared.length === 4);
	});
});
