import { describe, expect, it } from '@jest/globals';
import { createLoginBrake } from '../../backend/src/odoo/login-brake';
import { createFakeClock } from '../support/fake-clock';

/** A brake before servers that answer when they are told to, and twenty logins that wait for one of them. */
function stage() {
	const brake = createLoginBrake(createFakeClock());
	let answer: (outcome: string) => void = () => {};
	const answered = new Promise<string>((resolve) => (answer = resolve));
	const logIn = () => answered;
	const waiting = Array.from({ length: 20 }, () => brake.attempt('http://odoo.example.com', logIn));
	return { brake, answer, logIn, waiting };
}

describe('logins that wait for one Odoo', () => {
	it('are refused from the twenty-first on, with the time to wait', async () => {
		const { brake, logIn } = stage();
		await expect(brake.attempt('http://odoo.example.com', logIn)).rejects.toMatchObject({
			status: 429,
			code: 'rate_limited',
			more: { headers: { 'Retry-After': '1' } },
		});
	});

	it('take no place from those of another', async () => {
		const { brake } = stage();
		expect(await brake.attempt('http://other.example.com', () => Promise.resolve('in'))).toBe('in');
	});

	it('leave room again once the Odoo has answered them, whatever it said', async () => {
		const { brake, answer, waiting } = stage();
		answer('in');
		expect(new Set(await Promise.all(waiting))).toEqual(new Set(['in']));
		const failing = Array.from({ length: 20 }, () =>
			brake.attempt('http://odoo.example.com', () => Promise.reject(new Error('silent'))),
		);
		await Promise.allSettled(failing);
		expect(await brake.attempt('http://odoo.example.com', () => Promise.resolve('in'))).toBe('in');
	});
});
