import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { withoutRestrictions } from '../../backend/src/runtimes/docker/plain-sql';

/** What is left of SQL that comes in pieces of such a size. */
async function leftOf(sql: string, size = 7): Promise<string> {
	const bytes = Buffer.from(sql);
	async function* pieces() {
		for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
	}
	const left: Uint8Array[] = [];
	for await (const piece of withoutRestrictions(pieces())) left.push(piece);
	return Buffer.concat(left).toString();
}

describe('SQL without restrictions', () => {
	it('has neither their beginning nor their end', async () => {
		expect(await leftOf('\\restrict abc\nSELECT 1;\n\\unrestrict abc\n')).toBe('SELECT 1;\n');
	});

	it('has the rows of tables as they are, whatever they look like', async () => {
		const rows = 'COPY public.note (name) FROM stdin;\n\\restrict abc\n\\N\n\\.\n';
		expect(await leftOf(`${rows}\\restrict abc\nSELECT 1;`)).toBe(`${rows}SELECT 1;`);
	});

	it.each([
		['that ends without a line feed', 'SELECT 1;'],
		['with a line longer than is looked at', `SELECT '${'x'.repeat(50_000)}';\nSELECT 2;\n`],
		['with such a line that begins as a restriction', `\\restrict ${'x'.repeat(50_000)}\n`],
		['that is empty', ''],
	])('is the same %s', async (_what, sql) => {
		expect(await leftOf(sql, 4_096)).toBe(sql);
	});

	it('is the same in whatever pieces it comes', async () => {
		const line = fc.constantFrom(
			'SELECT 1;',
			'\\restrict abc',
			'COPY t FROM stdin;',
			'\\.',
			'é',
			'',
			'\\unrestrict x',
		);
		await fc.assert(
			fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 40 }), async (lines, size) => {
				const sql = lines.join('\n');
				expect(await leftOf(sql, size)).toBe(await leftOf(sql, sql.length * 2 + 1));
			}),
		);
	});
});
