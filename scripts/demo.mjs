// The main job, start to end: `npm run demo` (`-- --once` ends it when the workflow has).
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ensureBuilt, ensureInstalled } from './ready.mjs';

const root = path.resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const EXAMPLE = 'docs/examples/deploy-and-report.json';

const say = (text = '') => console.log(text);
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

/** Commits a change to the demo project's repository, as its developers would: the next version of an add-on. */
function commitChange(repository) {
	const file = path.join(repository, 'acme_loyalty', '__manifest__.py');
	const text = readFileSync(file, 'utf8');
	const version = /'version': '19\.0\.1\.(\d+)\.0'/.exec(text);
	const next = `19.0.1.${Number(version[1]) + 1}.0`;
	writeFileSync(file, text.replace(version[0], `'version': '${next}'`));
	const git = (...args) => execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' }).trim();
	git('commit', '--all', '--quiet', '--message', `Release acme_loyalty ${next}`);
	return git('log', '-1', '--format=%h %s');
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

async function main() {
	ensureInstalled();
	await ensureBuilt();
	const started = Date.now();
	const { readConfig } = require('../backend/dist/config.js');
	const { createLogger } = require('../backend/dist/core/log.js');
	const { startPlatform } = require('../backend/dist/platform.js');
	const { loadPackage, runWorkflow } = require('./n8n-engine.js');

	const config = readConfig({ LOG_LEVEL: 'warn', ...process.env });
	const platform = await startPlatform(config, { log: createLogger(config.logLevel) });
	say(
		`1. The service answers at ${platform.url} (embedded database under ${path.relative(root, config.dataDir) || '.'})`,
	);

	const firstRun = JSON.parse(readFileSync(path.join(config.dataDir, 'first-run.json'), 'utf8'));
	const repository = path.join(config.dataDir, 'repositories', 'demo');
	say(`2. Committed to the demo project's repository: ${commitChange(repository)}`);

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
	say(
		`Done in ${seconds(Date.now() - started)}. Keys and ids: ${path.relative(root, config.dataDir)}/first-run.json`,
	);

	const stop = async () => {
		await platform.stop();
		process.exit(0);
	};
	if (process.argv.includes('--once')) await stop();
	say(`The service keeps running at ${platform.url}; Ctrl-C stops it.`);
	process.on('SIGINT', stop);
	process.on('SIGTERM', stop);
}

main().catch((error) => {
	console.error(error.message);
	process.exit(1);
});
