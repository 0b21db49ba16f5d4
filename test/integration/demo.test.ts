import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDemo } from '../support/run-demo';

describe('the demo where no Docker Engine answers', () => {
	let demo: ReturnType<typeof openDemo>;

	beforeAll(() => {
		demo = openDemo({ DOCKER_HOST: 'none' });
	});
	afterAll(() => demo.remove());

	it('shows the report of the workflow, from the sandbox', async () => {
		const { code, output } = await demo.run();
		expect(output).toMatch(/✓ Read confirmed sales: 10 items/);
		expect(output).toMatch(/^ +\d+ +S\d{5} /m);
		expect(output).not.toContain('--docker');
		expect(code).toBe(0);
	});

	it('ends where a real Odoo is asked for, and says in one sentence what to do', async () => {
		const { code, output, errors } = await demo.run('--docker');
		expect(errors).toBe(
			'No Docker Engine answers on this machine: start Docker, or name its socket in DOCKER_HOST ' +
				'(unix:///path), and try again.\n',
		);
		expect(output).not.toContain('Committed');
		expect(code).toBe(1);
	});
});
