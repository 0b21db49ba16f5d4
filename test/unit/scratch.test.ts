import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openScratch } from '../../backend/src/core/scratch';

let dataDir: string;

beforeEach(async () => {
	dataDir = await mkdtemp(path.join(tmpdir(), 'odoo-platform-scratch-'));
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

const contents = async () => (await readdir(path.join(dataDir, 'tmp'))).sort();

it('leaves nothing behind when it is closed', async () => {
	const scratch = await openScratch(dataDir);
	await writeFile(path.join(scratch.directory, 'index'), 'of git');
	await scratch.close();
	expect(await contents()).toEqual([]);
});

it('removes what a process left that was killed', async () => {
	await mkdir(path.join(dataDir, 'tmp', 'killed', 'git-index-1'), { recursive: true });
	await writeFile(path.join(dataDir, 'tmp', 'killed.lock'), 'process 1 on elsewhere');
	const scratch = await openScratch(dataDir);
	expect(await contents()).toEqual([path.basename(scratch.directory), `${path.basename(scratch.directory)}.lock`]);
	await scratch.close();
});

it('leaves alone what a process has that lives', async () => {
	const one = await openScratch(dataDir);
	const other = await openScratch(dataDir);
	await other.close();
	expect(await contents()).toEqual([path.basename(one.directory), `${path.basename(one.directory)}.lock`]);
	await one.close();
});
