import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isRefName } from '../../backend/src/git/ref-name';

/** What git says of each name; all in one shell, as the start of a process is dear. */
function gitAccepts(names: readonly string[]): boolean[] {
	const script = 'for name; do git check-ref-format "refs/heads/$name" && echo yes || echo no; done';
	const said = execFileSync('sh', ['-c', script, 'sh', ...names])
		.toString()
		.trim()
		.split('\n');
	return names.map((name, index) => said[index] === 'yes' && !name.startsWith('-') && name !== '@');
}

describe('the name of a branch or tag', () => {
	it.each(['main', 'feature/x', '19.0', 'v1.0.0-rc.1', 'über', 'a@b', 'a.lockx', 'HEAD'])('%s is one', (name) => {
		expect(isRefName(name)).toBe(true);
	});

	it('follows the rules of git check-ref-format', () => {
		const names = fc.string({
			unit: fc.constantFrom(
				'a',
				'.',
				'/',
				'@',
				'{',
				'}',
				'~',
				'^',
				':',
				'?',
				'*',
				'[',
				'\\',
				' ',
				'-',
				'\t',
				'\x7f',
				'ü',
				'.lock',
			),
			minLength: 0,
			maxLength: 6,
		});
		fc.assert(
			fc.property(fc.array(names, { minLength: 100, maxLength: 100 }), (some) => {
				expect(some.map((name) => [name, isRefName(name)])).toEqual(
					gitAccepts(some).map((accepted, index) => [some[index], accepted]),
				);
			}),
			{ numRuns: 3 },
		);
	});
});
