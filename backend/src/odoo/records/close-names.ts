/** The names that `name` may be a slip of the pen for, the closest first: at most three, at most a third of it different. */
export function closeNames(name: string, names: Iterable<string>): string[] {
	const most = Math.max(1, Math.floor(name.length / 3));
	return [...names]
		.filter((other) => Math.abs(other.length - name.length) <= most)
		.map((other): [string, number] => [other, editDistance(name, other)])
		.filter(([, distance]) => distance <= most)
		.sort(([, one], [, other]) => one - other)
		.slice(0, 3)
		.map(([other]) => other);
}

/** How many letters to add, drop, replace, or swap with their neighbor (optimal string alignment). */
function editDistance(one: string, other: string): number {
	let beforeLast: number[] = [];
	let last = Array.from({ length: other.length + 1 }, (_, column) => column);
	for (let row = 1; row <= one.length; row++) {
		const current = [row];
		for (let column = 1; column <= other.length; column++) {
			const same = one[row - 1] === other[column - 1];
			const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
			current[column] = Math.min(
				(last[column] ?? Infinity) + 1,
				(current[column - 1] ?? Infinity) + 1,
				(last[column - 1] ?? Infinity) + (same ? 0 : 1),
				swapped ? (beforeLast[column - 2] ?? Infinity) + 1 : Infinity,
			);
		}
		[beforeLast, last] = [last, current];
	}
	return last[other.length] ?? Infinity;
}
