import { afterAll, beforeAll } from '@jest/globals';

/** Opens something before the tests of the file or block and closes it after them; answers how they get at it. */
export function use<T extends { readonly close: () => Promise<void> }>(open: () => Promise<T>): () => T {
	let opened: T | undefined;
	beforeAll(async () => {
		opened = await open();
	});
	afterAll(() => opened?.close());
	return () => {
		if (!opened) throw new Error('not opened');
		return opened;
	};
}
