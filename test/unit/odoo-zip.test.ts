import { describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
	ForeignZipError,
	openOdooZip,
	type OdooManifest,
	writeOdooZip,
} from '../../backend/src/features/backups/odoo-zip';
import { until } from '../support/until';
import { use } from '../support/use';

/** What makes zips that are not ours: Python, where there is one. */
const describeIfPython = spawnSync('python3', ['--version']).status === 0 ? describe : describe.skip;

const MANIFEST: OdooManifest = {
	odoo_dump: '1',
	db_name: 'acme',
	version: '19.0-20251101',
	version_info: [19, 0, 0, 'final', 0, ''],
	major_version: '19.0',
	pg_version: '17.2',
	modules: { base: '19.0.1.3', sale: '19.0.1.2' },
};
const SQL = 'CREATE TABLE res_partner ();\n'.repeat(20_000);
const nameOf = (content: string) => {
	const hash = createHash('sha1').update(content).digest('hex');
	return `${hash.slice(0, 2)}/${hash}`;
};
const FILES = ['a picture', '', 'p'.repeat(300_000)];

const place = use(async () => {
	const directory = await mkdtemp(path.join(tmpdir(), 'odoo-zip-'));
	return { directory, close: () => rm(directory, { recursive: true }) };
});
const file = () => path.join(place().directory, 'backup.zip');

async function* chunks(text: string) {
	yield* Readable.from([Buffer.from(text)]);
}

async function* filesOf(contents: readonly string[]) {
	yield* Readable.from(contents.map((content) => ({ name: nameOf(content), content: chunks(content) })));
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
	const read: Uint8Array[] = [];
	for await (const chunk of content) read.push(chunk);
	return Buffer.concat(read).toString();
}

const ours = () => writeOdooZip({ manifest: MANIFEST, sql: chunks(SQL), files: filesOf(FILES) });

/** Runs Python, whose `zipfile` is what Odoo reads and writes such zips with; `given` is what it is told. */
const python = (program: readonly string[], given: unknown = null) => {
	const lines = ['import json, sys, warnings, zipfile', 'warnings.simplefilter("ignore")', ...program];
	return execFileSync('python3', ['-c', lines.join('\n'), file()], { input: JSON.stringify(given) }).toString();
};

/** Has Python write a zip of these entries, and `lie` about the first one, `e`, in the zip's directory. */
const zipOf = (entries: readonly (readonly [name: string, text: string])[], lie = 'pass') =>
	python(
		[
			'z = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)',
			'for name, text in json.load(sys.stdin): z.writestr(name, text)',
			'e = z.filelist[0]',
			lie,
			'z.close()',
		],
		entries,
	);

const whole = (): [string, string][] => [
	['dump.sql', SQL],
	['manifest.json', JSON.stringify(MANIFEST)],
	...FILES.map((content): [string, string] => [`filestore/${nameOf(content)}`, content]),
];

async function readAll() {
	const zip = await openOdooZip(file());
	try {
		const sql = await textOf(zip.sql());
		const files: Record<string, string> = {};
		for await (const { name, content } of zip.files()) files[name] = await textOf(content);
		return { manifest: zip.manifest, sql, files };
	} finally {
		zip.close();
	}
}

const EXPECTED = {
	manifest: MANIFEST,
	sql: SQL,
	files: Object.fromEntries(FILES.map((content) => [nameOf(content), content])),
};

describeIfPython('the zip of Odoo’s database manager', () => {
	it('is read as it was written', async () => {
		await pipeline(ours(), createWriteStream(file()));
		expect(await readAll()).toEqual(EXPECTED);
	});

	it('is written so that Python finds all in it', async () => {
		await pipeline(ours(), createWriteStream(file()));
		const found = python([
			'z = zipfile.ZipFile(sys.argv[1])',
			'assert z.testzip() is None',
			'print(json.dumps({n: z.read(n).decode() for n in z.namelist()}))',
		]);
		expect(JSON.parse(found)).toEqual({
			...Object.fromEntries(whole()),
			'manifest.json': JSON.stringify(MANIFEST, null, 4),
		});
	});

	it('is read as Python wrote it, without the notes of garbage', async () => {
		zipOf([...whole(), [`filestore/checklist/${nameOf('garbage')}`, ''], ['filestore/', '']]);
		expect(await readAll()).toEqual(EXPECTED);
	});

	it.each(['14.0', '15.0', '16.0', '17.0', '18.0', '19.0'])('is taken of Odoo %s', async (major_version) => {
		zipOf([
			['dump.sql', SQL],
			['manifest.json', JSON.stringify({ ...MANIFEST, major_version })],
		]);
		expect((await readAll()).manifest.major_version).toBe(major_version);
	});

	it('tells how large its content is', async () => {
		zipOf([
			['dump.sql', SQL],
			['manifest.json', JSON.stringify(MANIFEST)],
		]);
		const zip = await openOdooZip(file());
		zip.close();
		expect(zip.size).toBe(SQL.length + JSON.stringify(MANIFEST).length);
	});

	it('passes on the failure of what it is made of', async () => {
		const failure = new Error('pg_dump ended');
		async function* fails() {
			yield* chunks(SQL);
			throw failure;
		}
		const ofSql = writeOdooZip({ manifest: MANIFEST, sql: fails(), files: filesOf([]) });
		await expect(textOf(ofSql)).rejects.toBe(failure);
		const ofFile = writeOdooZip({
			manifest: MANIFEST,
			sql: chunks(SQL),
			files: Readable.from([{ name: nameOf(''), content: fails() }]),
		});
		await expect(textOf(ofFile)).rejects.toBe(failure);
	});

	it('ends what it is made of where nobody reads on', async () => {
		let ended = false;
		async function* endless() {
			try {
				for (;;) yield* chunks(createHash('sha512').update(SQL).digest('hex').repeat(1000));
			} finally {
				ended = true;
			}
		}
		const zip = writeOdooZip({ manifest: MANIFEST, sql: endless(), files: filesOf([]) });
		let size = 0;
		for await (const chunk of zip) if ((size += chunk.byteLength) > 10_000) break;
		await until(() => ended);
	});

	it.each<[string, () => void, RegExp]>([
		['no zip', () => writeFileSync(file(), 'no zip'.repeat(100)), /no zip/],
		['empty', () => writeFileSync(file(), ''), /no zip/],
		['a dump of pg_dump', () => writeFileSync(file(), 'PGDMP\x01\x0e'), /format zip/],
		['without a manifest', () => zipOf([['dump.sql', SQL]]), /no manifest.json/],
		['without a dump', () => zipOf([['manifest.json', JSON.stringify(MANIFEST)]]), /no dump.sql/],
		['with a dump of pg_dump', () => zipOf([...whole().slice(1), ['dump.dump', 'PGDMP']]), /plain SQL/],
		['with a manifest that is no JSON', () => zipOf([...whole().slice(0, 1), ['manifest.json', '{']]), /JSON/],
		[
			'of Odoo 13',
			() =>
				zipOf([
					['dump.sql', SQL],
					['manifest.json', JSON.stringify({ ...MANIFEST, major_version: '13.0' })],
				]),
			/major_version: must be 14.0 to 19.0/,
		],
		['with a path that leads out', () => zipOf([...whole(), ['filestore/../../etc/passwd', 'x']]), /leads out/],
		['with an absolute path', () => zipOf([...whole(), ['/etc/passwd', 'x']]), /leads out/],
		['with a file that Odoo has not', () => zipOf([...whole(), ['filestore/ab/other.txt', 'x']]), /other.txt/],
		['with a file in another folder', () => zipOf([...whole(), [`filestore/00/${'1'.repeat(40)}`, 'x']]), /1111/],
		['with a file twice', () => zipOf([...whole(), ['dump.sql', 'x']]), /twice/],
		['with a link', () => zipOf(whole(), 'e.external_attr = 0o120777 << 16'), /link/],
		['encrypted', () => zipOf(whole(), 'e.flag_bits |= 1'), /encrypted/],
		['in another compression', () => zipOf(whole(), 'e.compress_type = zipfile.ZIP_BZIP2'), /deflate/],
		['a bomb by its ratio', () => zipOf(whole(), 'e.file_size = 1 << 40'), /absurdly large/],
		['a bomb of bytes used twice', () => zipOf(whole(), 'e.compress_size = 1 << 30'), /absurdly large/],
		['cut off', () => cut(whole()), /cut off/],
	])('is refused where it is %s', async (_, make, message) => {
		make();
		const refused = openOdooZip(file());
		await expect(refused).rejects.toThrow(ForeignZipError);
		await expect(refused).rejects.toThrow(message);
	});

	it.each([
		['its checksum', 'e.CRC ^= 1'],
		['its size', 'e.file_size -= 1'],
		['where it begins', 'e.header_offset += 1'],
		['how much of it there is', 'e.compress_size -= 9'],
	])('is refused as it is read where a file is not as the zip says: %s', async (_, lie) => {
		zipOf(whole(), lie);
		await expect(readAll()).rejects.toThrow(ForeignZipError);
	});
});

function cut(entries: readonly (readonly [name: string, text: string])[]) {
	zipOf(entries);
	writeFileSync(file(), readFileSync(file()).subarray(0, -100));
}
