import { describe, expect, it } from '@jest/globals';
import { readManifest } from '../../backend/src/git/manifest';

const read = (content: string | Buffer, name = 'crm_plus') => readManifest(name, Buffer.from(content));

describe('a manifest', () => {
	it('says what an add-on is', () => {
		const content = `# -*- coding: latin-1 -*-
{
    'name': 'CRM' ' Plus',
    'version': '19.0.1.2.0',
    'summary': """More
CRM""",
    'depends': ['crm', 'sale'],  # both
    'auto_install': ['crm'],
    'data': {'set'}, 'icon': b'\\x00', 'sequence': 1j, 'web': ...,
}
`;
		expect(read(content)).toEqual({
			title: 'CRM Plus',
			version: '19.0.1.2.0',
			summary: 'More\nCRM',
			depends: ['crm', 'sale'],
			installable: true,
		});
	});

	it('has defaults for all that is missing', () => {
		const defaults = { title: 'crm_plus', version: '1.0', summary: '', depends: ['base'], installable: true };
		expect(read('{}')).toEqual(defaults);
		expect(read("{'name': '', 'version': '', 'summary': None, 'depends': []}")).toEqual(defaults);
		expect(read('{}', 'base')).toMatchObject({ depends: [] });
	});

	it.each([
		["'True'", true],
		["'False'", true],
		['1', true],
		['[0]', true],
		['0', false],
		["''", false],
		['()', false],
		['None', false],
		['{}', false],
		['False', false],
	])('is installable where Python holds %s true', (value, installable) => {
		expect(read(`{'installable': ${value}}`)).toMatchObject({ installable });
	});

	it.each([
		['("crm", "sale")', ['crm', 'sale']],
		['{"crm", "crm"}', ['crm']],
		['{"crm": 1}', ['crm']],
		['None', ['base']],
		['False', ['base']],
	])('may name what it depends on as %s', (value, depends) => {
		expect(read(`{'depends': ${value}}`)).toMatchObject({ depends });
	});

	it.each([
		['1.0', '1.0'],
		['19.5', '19.5'],
		["'x' * 1", undefined],
	])('may have the version %s', (value, version) => {
		const manifest = read(`{'version': ${value}}`);
		expect('version' in manifest ? manifest.version : undefined).toBe(version);
	});

	it('may have any version where it is not to be installed', () => {
		expect(read("{'version': None, 'installable': False}")).toMatchObject({ version: '1.0' });
	});

	it.each([
		[
			"{\n  'name': 'x',\n  'depends': [open('/etc/passwd')],\n}",
			'Line 3 of its manifest: names and calls are not',
		],
		["{\n  'name': 'x'", 'Line 1 of its manifest: { was never closed.'],
		['[]', 'Its manifest is not a dictionary.'],
		['', 'Line 1 of its manifest: expected a value'],
		["{'depends': 'base'}", 'The "depends" of its manifest must be a list of strings.'],
		["{'depends': [1]}", 'The "depends" of its manifest must be a list of strings.'],
		["{'version': None}", 'The "version" of its manifest must be a string.'],
		["{'auto_install': ['sale']}", 'The "auto_install" of its manifest names what its "depends" does not.'],
		["{'auto_install': 'True'}", 'The "auto_install" of its manifest names what its "depends" does not.'],
		[Buffer.from("{'name': 'Caf\xe9'}", 'latin1'), 'Its manifest is not text in UTF-8'],
		['\uFEFF{}', 'Its manifest begins with a byte order mark'],
	])('that Odoo could not load is told apart: %j', (content, reason) => {
		expect(read(content)).toEqual({ reason: expect.stringContaining(reason) });
	});
});
