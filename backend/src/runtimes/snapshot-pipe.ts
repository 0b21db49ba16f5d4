import type { SnapshotSource, SnapshotTarget } from './snapshot';

/** Where a snapshot is restored while it is made: nothing of it is kept anywhere. */
export interface SnapshotPipe {
	readonly target: SnapshotTarget;
	readonly source: SnapshotSource;
	/** Ends what waits on the other side, with this reason. */
	fail(reason: unknown): void;
}

interface Offer {
	readonly name: string;
	readonly content: AsyncIterable<Uint8Array>;
	readonly taken: () => void;
	readonly refused: (reason: unknown) => void;
}

/** Hands the parts on as they are written; they are read in that order. */
export function createSnapshotPipe(): SnapshotPipe {
	const over = deferred<never>();
	over.promise.catch(() => undefined);
	let offer = deferred<Offer>();

	return {
		fail: over.reject,
		target: {
			async write(name, content) {
				const { promise, resolve, reject } = deferred<undefined>();
				offer.resolve({ name, content, taken: () => resolve(undefined), refused: reject });
				await Promise.race([promise, over.promise]);
			},
		},
		source: {
			async *read(name) {
				const { taken, refused, ...part } = await Promise.race([offer.promise, over.promise]);
				offer = deferred();
				if (part.name !== name) throw new Error(`${part.name} is written, and ${name} is read`);
				let isWhole = false;
				try {
					yield* part.content;
					isWhole = true;
				} catch (error) {
					refused(error);
					throw error;
				} finally {
					if (isWhole) taken();
					else refused(new Error(`${name} was not read to its end`));
				}
			},
		},
	};
}

/** A promise, and what settles it. */
function deferred<T>() {
	let resolve: (value: T) => void = () => undefined;
	let reject: (reason: unknown) => void = () => undefined;
	const promise = new Promise<T>((...settle) => {
		[resolve, reject] = settle;
	});
	return { promise, resolve: (value: T) => resolve(value), reject: (reason: unknown) => reject(reason) };
}
