import type { Doze } from './doze';

/** How long work belongs to a worker that gives no sign of life, in milliseconds. */
export const LEASE_MS = 15_000;
/** How often a worker gives one: the lease outlasts one that fails. */
export const RENEWAL_MS = 5_000;

/**
 * Works, and meanwhile calls `renew` again and again, until the work has ended or `renew` answers false. `renew` must not
 * reject. Rousing the doze renews at once.
 */
export async function whileRenewing<T>(renew: () => Promise<boolean>, doze: Doze, work: () => Promise<T>): Promise<T> {
	let over = false;
	const renewLater = async () => {
		await doze.wait(RENEWAL_MS);
		return !over && renew();
	};
	const keepRenewing = async () => {
		while (!over && (await renewLater()));
	};
	const renewing = keepRenewing();
	try {
		return await work();
	} finally {
		over = true;
		doze.rouse();
		await renewing;
	}
}
