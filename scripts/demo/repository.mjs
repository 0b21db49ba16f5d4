import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const VERSION = /'version': '(\d+\.\d+\.\d+\.)(\d+)(\.\d+)'/;

/** Commits a change to the demo project's repository, as its developers would: the next version of an add-on. */
export async function commitChange(repository, git) {
	const manifest = 'acme_loyalty/__manifest__.py';
	const file = path.join(repository, manifest);
	const text = readFileSync(file, 'utf8');
	const [line, before, number, after] = VERSION.exec(text) ?? [];
	if (line === undefined) throw new Error(`There is no 'version': '19.0.1.2.0' or the like to raise in ${file}.`);
	const version = `${before}${Number(number) + 1}${after}`;
	writeFileSync(file, text.replace(line, `'version': '${version}'`));
	const run = async (...args) => String(await git({ args: ['-C', repository, ...args] })).trim();
	await run('commit', '--quiet', '--message', `Release acme_loyalty ${version}`, '--', manifest);
	return run('log', '-1', '--format=%h %s');
}
