import { describe, expect, it } from '@jest/globals';
import { assess, HEALTHY, type Problem } from '../../backend/src/features/servers/health';
import { readMeasures } from '../../backend/src/features/servers/look';

/** The status after each of the looks. */
function statuses(looks: readonly (Problem | null)[]) {
	const seen = [HEALTHY];
	for (const look of looks) seen.push(assess(seen.at(-1) ?? HEALTHY, look));
	return seen.slice(1).map(({ status, reason }) => (reason === null ? status : `${status}: ${reason}`));
}

describe('a server', () => {
	it('is degraded after three looks in a row that found something wrong', () => {
		expect(statuses(['unreachable', 'unreachable', 'unreachable'])).toEqual([
			'ready',
			'ready',
			'degraded: unreachable',
		]);
	});

	it('is not degraded by looks that fail between others', () => {
		expect(new Set(statuses(['disk', 'disk', null, 'disk', 'disk', null]))).toEqual(new Set(['ready']));
	});

	it('recovers after two good looks in a row', () => {
		const looks = ['disk', 'disk', 'disk', null, 'disk', null, null] as const;
		expect(statuses(looks).slice(2)).toEqual([
			'degraded: disk',
			'degraded: disk',
			'degraded: disk',
			'degraded: disk',
			'ready',
		]);
	});

	it('says what is wrong with it now', () => {
		expect(statuses(['disk', 'disk', 'disk', 'unreachable']).at(-1)).toBe('degraded: unreachable');
	});
});

describe('what a container tells of its server', () => {
	const MEMINFO = 'MemTotal:        4000 kB\nMemFree:          100 kB\nMemAvailable:    1000 kB\n';

	it.each([
		['GNU', 'Filesystem     1024-blocks      Used Available Capacity Mounted on\noverlay 5000 4000 1000 80% /\n'],
		[
			'BusyBox',
			'Filesystem           1024-blocks    Used Available Capacity Mounted on\noverlay  5000 4000 1000  80% /\n',
		],
	])('is read as the programs of %s write it', (_, df) => {
		expect(readMeasures(MEMINFO + df)).toEqual({
			memory: { free: 1_024_000, all: 4_096_000 },
			disk: { free: 1_024_000, all: 5_120_000 },
		});
	});

	it('is unknown where it tells something else', () => {
		expect(readMeasures('sh: df: not found')).toEqual({ memory: null, disk: null });
	});
});
