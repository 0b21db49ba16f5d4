import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { VARIABLES } from '../../backend/src/config';

const read = (name: string) => readFileSync(path.join(__dirname, '../../deploy', name), 'utf8');
const all = (pattern: RegExp, text: string) => [...text.matchAll(pattern)].map(([, name = '']) => name);

const compose = read('compose.yaml');
const example = read('.env.example');

describe('the files to host the service with', () => {
	it('tell the service nothing but variables that it knows', () => {
		const service = compose.split(/^ {4}(?=\w)/m).find((part) => part.startsWith('service:')) ?? '';
		const [, block = ''] = /^ {8}environment:\n((?: {12}.*\n)+)/m.exec(service) ?? [];
		const told = all(/^ {12}([A-Z_]+):/gm, block);
		expect(told).toContain('PUBLIC_URL');
		expect(told.filter((name) => !VARIABLES.includes(name))).toEqual([]);
	});

	it('explain each setting that is to be made, and no other', () => {
		const explained = all(/^# .+\n([A-Z0-9_]+)=/gm, example);
		expect(explained.sort()).toEqual([...new Set(all(/\$\{([A-Z0-9_]+)/g, compose))].sort());
	});
});
