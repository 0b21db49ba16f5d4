import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Keep } from '../../backend/src/features/backups/model';
import { expired, type KeptBackup } from '../../backend/src/features/backups/retention';

const NOW = new Date('2026-12-02T12:00:00Z');
const NOTHING: Keep = { last: 0, days: 0, weekly: 0, monthly: 0 };

/** Backups made by schedule at these times, which are their ids as well. */
const at = (...times: readonly string[]): KeptBackup[] =>
	times.map((id) => ({ id, created_at: new Date(id), reason: 'scheduled', status: 'succeeded' }));

const kept = (backups: readonly KeptBackup[], keep: Partial<Keep>) => {
	const gone = expired(backups, { ...NOTHING, ...keep }, NOW);
	return backups.map(({ id }) => id).filter((id) => !gone.includes(id));
};

const backups = fc
	.array(
		fc.record({
			created_at: fc.date({ min: new Date('2024-01-01'), max: NOW, noInvalidDate: true }),
			reason: fc.constantFrom('manual', 'uploaded', 'scheduled', 'before_update'),
			status: fc.constantFrom('running', 'succeeded', 'failed'),
		}),
		{ maxLength: 60 },
	)
	.map((list) => list.map((backup, index): KeptBackup => ({ ...backup, id: `bak_${index}` })));
const count = fc.integer({ min: 0, max: 12 });
const retention = fc.record({ last: count, days: count, weekly: count, monthly: count });

const property = (holds: (list: readonly KeptBackup[], keep: Keep, gone: readonly string[]) => boolean) =>
	fc.assert(fc.property(backups, retention, (list, keep) => holds(list, keep, expired(list, keep, NOW))));

describe('the retention of backups', () => {
	it('keeps the last', () => {
		const list = at('2026-11-30T02:00Z', '2026-12-01T02:00Z', '2026-12-02T02:00Z');
		expect(kept(list, { last: 2 })).toEqual(['2026-12-01T02:00Z', '2026-12-02T02:00Z']);
	});

	it('keeps the young', () => {
		const list = at('2026-11-30T11:59Z', '2026-11-30T12:01Z', '2026-12-02T02:00Z');
		expect(kept(list, { days: 2 })).toEqual(['2026-11-30T12:01Z', '2026-12-02T02:00Z']);
	});

	it('keeps the newest of each week, which begins on Monday', () => {
		const list = at(
			'2026-11-15T23:59Z',
			'2026-11-16T00:00Z',
			'2026-11-22T23:59Z',
			'2026-11-23T00:00Z',
			'2026-11-30T00:00Z',
		);
		expect(kept(list, { weekly: 3 })).toEqual(['2026-11-22T23:59Z', '2026-11-23T00:00Z', '2026-11-30T00:00Z']);
	});

	it('keeps the newest of each month', () => {
		const list = at(
			'2026-09-30T23:59Z',
			'2026-10-01T00:00Z',
			'2026-10-31T02:00Z',
			'2026-11-30T02:00Z',
			'2026-12-01T02:00Z',
		);
		expect(kept(list, { monthly: 3 })).toEqual(['2026-10-31T02:00Z', '2026-11-30T02:00Z', '2026-12-01T02:00Z']);
	});

	it('shows what failed for a week', () => {
		const failed = at('2026-11-24T02:00Z', '2026-11-26T02:00Z').map((backup) => ({
			...backup,
			status: 'failed' as const,
		}));
		expect(kept(failed, {})).toEqual(['2026-11-26T02:00Z']);
	});

	it('never removes the newest that succeeded', () =>
		property((list, _, gone) => {
			const times = list
				.filter(({ status }) => status === 'succeeded')
				.map(({ created_at }) => created_at.getTime());
			const newest = list.filter(({ created_at }) => created_at.getTime() === Math.max(...times));
			return times.length === 0 || newest.some(({ id, status }) => status === 'succeeded' && !gone.includes(id));
		}));

	it('never touches what somebody made or uploaded, or is being made', () =>
		property((list, _, gone) =>
			list.every(
				({ id, reason, status }) =>
					!gone.includes(id) || (status !== 'running' && reason !== 'manual' && reason !== 'uploaded'),
			),
		));

	it('removes each once, and no more at a second time', () =>
		property((list, keep, gone) => {
			const left = list.filter(({ id }) => !gone.includes(id));
			return new Set(gone).size === gone.length && expired(left, keep, NOW).length === 0;
		}));

	it('removes no more where more is kept', () =>
		property((list, keep, gone) => {
			const more = {
				last: keep.last + 1,
				days: keep.days + 1,
				weekly: keep.weekly + 1,
				monthly: keep.monthly + 1,
			};
			return expired(list, more, NOW).every((id) => gone.includes(id));
		}));

	it('does not depend on the order', () =>
		property((list, keep, gone) => {
			const other = expired(list.toReversed(), keep, NOW);
			return gone.length === other.length && other.every((id) => gone.includes(id));
		}));
});
