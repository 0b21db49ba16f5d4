/** How many links a path may pass, as on Linux. */
const MAX_LINKS = 40;
/** How many names it may pass, those of links' targets among them. */
const MAX_NAMES = 1_000;

/**
 * Where a symbolic link leads in the tree whose links these are (path → target), whatever others it passes on its way:
 * '' is the root. Undefined where it leads out of the tree, or nowhere.
 */
export function placeOf(link: string, targets: ReadonlyMap<string, string>): string | undefined {
	const ahead = link.split('/');
	const place: string[] = [];
	let passed = 0;
	let names = 0;
	for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
		if (name === '' || name === '.') continue;
		if (++names > MAX_NAMES) return undefined;
		if (name === '..') {
			if (place.pop() === undefined) return undefined;
			continue;
		}
		const target = targets.get([...place, name].join('/'));
		if (target === undefined) {
			place.push(name);
			continue;
		}
		if (target.startsWith('/') || ++passed > MAX_LINKS) return undefined;
		ahead.unshift(...target.split('/'));
	}
	return place.join('/');
}
