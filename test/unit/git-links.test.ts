import { describe, expect, it } from '@jest/globals';
import { staysInside } from '../../backend/src/git/links';

describe('a symbolic link stays in its tree', () => {
	it.each([
		['to a file beside it', 'a/link', { 'a/link': 'file' }],
		['to a file above it, within the tree', 'a/b/link', { 'a/b/link': '../../file' }],
		['through another link that stays', 'one', { one: 'two/file', two: 'three' }],
		['to the top of the tree', 'a/link', { 'a/link': '..' }],
		['with dots that change nothing', 'link', { link: './/a/./file' }],
	])('%s', (_, link, targets: Record<string, string>) => {
		expect(staysInside(link, new Map(Object.entries(targets)))).toBe(true);
	});
});

describe('a symbolic link leads out of its tree', () => {
	it.each([
		['by an absolute path', 'link', { link: '/etc/passwd' }],
		['above the top', 'a/link', { 'a/link': '../../file' }],
		['through another link that leads out', 'one', { one: 'two/file', two: '..' }],
		['from behind a link, which is not where its name says', 'one', { one: 'a/b/../../x', 'a/b': '.' }],
		['by going around for ever', 'one', { one: 'two', two: 'one' }],
	])('%s', (_, link, targets: Record<string, string>) => {
		expect(staysInside(link, new Map(Object.entries(targets)))).toBe(false);
	});
});
