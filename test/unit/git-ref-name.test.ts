import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isRefName } from '../../backend/src/git/ref-name';

const gitAccepts = (name: string) =>
	!name.startsWith('-') && spawnSync('git', ['check-ref-format', `refs/heads/${name}`]).status === 0 && name !== '@';

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
			fc.property(names, (name) => {
				expect(isRefName(name)).toBe(gitAccepts(name));
			}),
			{ numRuns: 300 },
		);
	});
});
