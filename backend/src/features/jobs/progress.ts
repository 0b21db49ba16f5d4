/**
 * Writes down how far something is, in percent, and never less than before. Of calls that come while a write is under way
 * only the furthest is written; all of them resolve with it.
 */
export function createProgress(write: (percent: number) => Promise<unknown>): (percent: number) => Promise<void> {
	let wanted = 0;
	let written = 0;
	let writing: Promise<void> | undefined;

	const catchUp = async () => {
		try {
			while (written < wanted) {
				const percent = wanted;
				await write(percent);
				written = percent;
			}
		} finally {
			writing = undefined;
		}
	};

	return async (percent) => {
		if (percent > wanted) wanted = percent;
		if (written < wanted) await (writing ??= catchUp());
	};
}
