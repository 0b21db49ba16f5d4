/**
 * Makes a function that writes progress down, in percent, which never goes back. Of the calls during one write, only
 * the highest is written next, and all of them resolve with that write.
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
