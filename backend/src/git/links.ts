/** How many links a path may pass, as on Linux. */
const MAX_LINKS = 40;

/**
 * Whether a symbolic link leads to a place in the tree whose links these are (path → target), whatever others it passes
 * on its way.
 */
export function staysInside(link: string, targets: ReadonlyMap<string, string>): boolean {
	const ahead = link.split('/');
	const place: string[] = [];
	let passed = 0;
	for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
		if (name === '' || name === '.') continue;
		if (name === '..') {
			if (place.pop() === undefined) return false;
			continue;
		}
		const target = targets.get([...place, name].join('/'));
		if (target === undefined) {
			place.push(name);
			continue;
		}
		if (target.startsWith('/') || ++passed > MAX_LINKS) return false;
		ahead.unshift(...target.split('/'));
	}
	return true;
}
