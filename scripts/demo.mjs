// The main job, start to end: `npm run demo` (`-- --once` ends it when the workflow has).
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { makeReady } from './ready.mjs';

const root = path.resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const EXAMPLE = 'docs/examples/deploy-and-report.json';
const VERSION = /'version': '(\d+\.\d+\.\d+\.)(\d+)(\.\d+)'/;

const say = (text = '') => console.log(text);
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

/** Commits a change to the demo project's repository, as its developers would: the next version of an add-on. */
async function commitChange(repository, git) {
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

/** Records as a person reads them. */
function table(records) {
	const columns = Object.keys(records[0] ?? {});
	const text = (value) => (Array.isArray(value) ? String(value[1] ?? '') : value === false ? '' : String(value));
	const rows = [columns, ...records.map((record) => columns.map((column) => text(record[column])))];
	const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index].length)));
	const isNumber = columns.map((column) => records.every((record) => typeof record[column] === 'number'));
	const cell = (content, index) =>
		isNumber[index] ? content.padStart(widths[index]) : content.padEnd(widths[index]);
	const line = (row) => `  ${row.map(cell).join('  ')}`.trimEnd();
	return [line(rows[0]), `  ${widths.map((width) => '─'.repeat(width)).join('  ')}`, ...rows.slice(1).map(line)].join(
		'\n',
	);
}

/** A path as a person reads it: from where the command was given, where it is below. */
function shown(file) {
	const relative = path.relative(root, file);
	return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}

/** What the first start on this database wrote. */
function readFirstRun(file) {
	if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
	throw new Error(
		`There is no ${shown(file)}: this database had its first start under another DATA_DIR. Set that one.`,
	);
}

/** Shows the main job on a running platform. */
async function demonstrate(platform, config) {
	const { git } = require('../backend/dist/git/git-command.js');
	const { loadPackage, runWorkflow } = require('./n8n-engine.js');
	const started = Date.now();
	const database = config.mongodbUri === undefined ? `embedded database under ${shown(config.dataDir)}` : 'MongoDB';
	say(`1. The service answers at ${platform.url} (${database})`);

	const firstRunFile = path.join(config.dataDir, 'first-run.json');
	const firstRun = readFirstRun(firstRunFile);
	const repository = path.join(config.dataDir, 'repositories', 'demo');
	say(`2. Committed to the demo project's repository: ${await commitChange(repository, git)}`);

	say(`3. Running ${EXAMPLE} in n8n's engine:`);
	const workflow = JSON.parse(readFileSync(path.join(root, EXAMPLE), 'utf8'));
	const result = await runWorkflow(workflow, await loadPackage(root), {
		credentials: {
			odooPlatformApi: { baseUrl: platform.url, apiKey: firstRun.api_key },
			odooGatewayApi: {
				baseUrl: platform.url,
				apiKey: firstRun.webhook_key.token,
				hmacSecret: firstRun.webhook_key.hmac_secret,
			},
		},
		parameters: {
			'Deploy environment': { environment: { __rl: true, mode: 'id', value: firstRun.environments.production } },
		},
		onNodeStart: (node) => say(`   ▸ ${node}`),
		onNodeFinish: (node, { items, error, milliseconds }) =>
			say(
				`   ${error ? '✗' : '✓'} ${node}: ${error ? error.message : `${items.length} item${items.length === 1 ? '' : 's'}`}, ${seconds(milliseconds)}`,
			),
	});
	if (result.error) throw new Error(`The workflow failed: ${result.error.message}`);
	const last = Object.values(result.items).at(-1) ?? [];
	say();
	say(table(last.map((item) => item.json)));
	say();
	say(`Done in ${seconds(Date.now() - started)}. Keys and ids: ${shown(firstRunFile)}`);
}

async function main() {
	if (!(await makeReady())) return;
	const { readConfig } = require('../backend/dist/config.js');
	const { createLogger } = require('../backend/dist/core/log.js');
	const { startPlatform } = require('../backend/dist/platform.js');

	const config = readConfig({ LOG_LEVEL: 'warn', ...process.env });
	const platform = await startPlatform(config, { log: createLogger(config.logLevel) });
	let stopping = false;
	const stop = async (exitCode) => {
		stopping = true;
		await platform.stop();
		process.exit(exitCode);
	};
	for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => (stopping ? process.exit(1) : stop(0)));
	try {
		await demonstrate(platform, config);
	} catch (error) {
		if (stopping) return;
		console.error(error.message);
		await stop(1);
	}
	if (stopping) return;
	if (process.argv.includes('--once')) await stop(0);
	say(
		`The service keeps running at ${platform.url}; Ctrl-C stops it. What else it does: ${platform.url}/api/v1/docs`,
	);
}

main().catch((error) => {
	console.error(error.message);
	process.exit(1);
});
