import { describe, expect, it } from '@jest/globals';
import { placeOf } from '../../backend/src/git/links';

describe('a symbolic link stays in its tree', () => {
	it.each([
		['to a file beside it', 'a/link', { 'a/link': 'file' }, 'a/file'],
		['to a file above it, within the tree', 'a/b/link', { 'a/b/link': '../../file' }, 'file'],
		['through another link that stays', 'one', { one: 'two/file', two: 'three' }, 'three/file'],
		['to the top of the tree', 'a/link', { 'a/link': '..' }, ''],
		['with dots that change nothing', 'link', { link: './/a/./file' }, 'a/file'],
	])('%s', (_, link, targets: Record<string, string>, place) => {
		expect(placeOf(link, new Map(Object.entries(targets)))).toBe(place);
	});
});

describe('a symbolic link leads out of its tree', () => {
	it.each([
		['by an absolute path', 'link', { link: '/etc/passwd' }],
		['above the top', 'a/link', { 'a/link': '../../file' }],
		['through another link that leads out', 'one', { one: 'two/file', two: '..' }],
		['from behind a link, which is not where its name says', 'one', { one: 'a/b/../../x', 'a/b': '.' }],
		['by more names than a path can have', 'one', { one: 'a/'.repeat(1_001) }],
		['by going around for ever', 'one', { one: 'two', two: 'one' }],
	])('%s', (_, link, targets: Record<string, string>) => {
		expect(placeOf(link, new Map(Object.entries(targets)))).toBeUndefined();
	});
});
