import { expect, it } from '@jest/globals';
import { runOdoo } from '../../backend/src/runtimes/docker/odoo';

const SPEC = {
	...{ name: 'odoo', image: 'odoo:19.0', labels: {}, network: 'none', mounts: [], scratch: {} },
	...{ restart: false, memoryBytes: 0, cpus: 1, processes: 1 },
};

/** How far an Odoo that writes these lines is told to be, line by line. */
async function progressOf(...lines: readonly string[]): Promise<number[]> {
	const told: number[] = [];
	const engine: Parameters<typeof runOdoo>[0] = {
		run: (_spec, { onLine }) => {
			for (const line of lines) onLine(`2026-05-07 14:23:11,207 7 INFO main odoo.modules.loading: ${line}`);
			return Promise.resolve({ exit_code: 0, out_of_memory: false });
		},
	};
	await runOdoo(engine, SPEC, [], {
		signal: new AbortController().signal,
		log: () => Promise.resolve(),
		progress: (fraction) => Promise.resolve(void told.push(fraction)),
	});
	return told;
}

it('a run of Odoo is as far as its modules are, of which it loads base before it has counted them', async () => {
	const told = await progressOf('Loading module base (1/1)', 'Loading module web (2/4)', 'Loading module mail (4/4)');
	expect(told).toEqual([0.5, 1]);
});
