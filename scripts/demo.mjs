// The main job, start to end: `npm run demo` (`-- --once` ends it when the workflow has, `-- --docker` has it done on a
// real Odoo).
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { apiOf } from './demo/api.mjs';
import { latestDeployment, nextDeployment, realEnvironment, tellDeployment } from './demo/real-environment.mjs';
import { commitChange } from './demo/repository.mjs';
import { table } from './demo/table.mjs';
import { makeReady } from './ready.mjs';

const root = path.resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const EXAMPLE = 'docs/examples/deploy-and-report.json';
const DEPLOY = 'Deploy environment';
const REPORT = 'Read confirmed sales';
const NO_ENGINE =
	'No Docker Engine answers on this machine: start Docker, or name its socket in DOCKER_HOST (unix:///path), and try again.';

let stopping = false;

/** What still ends after the demo was told to stop is of no use to anybody. */
const say = (text = '') => {
	if (!stopping) console.log(text);
};
const tell = (text) => say(`     ${text}`);
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

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

/** What the workflow deploys to, and how its progress is told: the sandbox is done before there is any. */
const onSandbox = ({ environments }) => ({ id: environments.production, follow: () => Promise.resolve() });

/** The same with a real Odoo, whose deploys take their time. */
async function onDocker(platform, firstRun) {
	const api = apiOf(platform.url, firstRun.api_key);
	const environment = await realEnvironment(api, firstRun.project_id);
	const latest = await latestDeployment(api, environment);
	if (latest?.finished_at === null) {
		say('   The deploy of an earlier run was interrupted, and goes on first:');
		await tellDeployment(api, latest, tell);
	}
	if (environment.status === 'pending') {
		say('   Its first deploy makes a database: a minute or two, and as long as it takes to fetch images.');
	}
	const follow = async (signal) =>
		tellDeployment(api, await nextDeployment(api, environment, latest, signal), tell, signal);
	return { id: environment.id, url: environment.primary_url, follow };
}

/** Runs the example in n8n's engine and answers the items of its last node. */
async function runExample(platform, firstRun, { id, follow }) {
	const { loadPackage, runWorkflow } = require('./n8n-engine.js');
	const workflow = JSON.parse(readFileSync(path.join(root, EXAMPLE), 'utf8'));
	const deployed = new AbortController();
	let following;
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
			[DEPLOY]: { environment: { __rl: true, mode: 'id', value: id } },
			[REPORT]: { options: { environmentId: '={{ $json.environment_id }}' } },
		},
		onNodeStart: (node) => {
			say(`   ▸ ${node}`);
			if (node === DEPLOY)
				following = follow(deployed.signal).catch((error) => deployed.signal.aborted || tell(error.message));
		},
		onNodeFinish: async (node, { items, error, milliseconds }) => {
			if (error) deployed.abort();
			await following;
			const outcome = error ? error.message : `${items.length} item${items.length === 1 ? '' : 's'}`;
			say(`   ${error ? '✗' : '✓'} ${node}: ${outcome}, ${seconds(milliseconds)}`);
		},
	});
	if (result.error) throw new Error(`The workflow failed: ${result.error.message}`);
	return Object.values(result.items).at(-1) ?? [];
}

/** Shows the main job on a running platform. */
async function demonstrate(platform, config, wantsDocker) {
	const { git } = require('../backend/dist/git/git-command.js');
	const started = Date.now();
	const database = config.mongodbUri === undefined ? `embedded database under ${shown(config.dataDir)}` : 'MongoDB';
	say(`1. The service answers at ${platform.url} (${database})`);
	if (wantsDocker && platform.localServer === null) throw new Error(NO_ENGINE);

	const firstRunFile = path.join(config.dataDir, 'first-run.json');
	const firstRun = readFirstRun(firstRunFile);
	const repository = path.join(config.dataDir, 'repositories', 'demo');
	say(`2. Committed to the demo project's repository: ${await commitChange(repository, git)}`);

	const where = wantsDocker ? `, on Docker Engine ${platform.localServer.engine_version}` : '';
	say(`3. Running ${EXAMPLE} in n8n's engine${where}:`);
	const target = wantsDocker ? await onDocker(platform, firstRun) : onSandbox(firstRun);
	const items = await runExample(platform, firstRun, target);
	say();
	say(table(items.map((item) => item.json)));
	say();
	say(`Done in ${seconds(Date.now() - started)}. Keys and ids: ${shown(firstRunFile)}`);
	if (wantsDocker) {
		say(`Odoo answers at ${target.url}, and goes on when the service stops. To remove it while the service runs:`);
		say(`  API_KEY=$(node -p "require('${firstRunFile}').api_key")`);
		say(`  curl -X DELETE ${platform.url}/api/v1/environments/${target.id} -H "Authorization: Bearer $API_KEY"`);
	} else if (platform.localServer !== null) {
		say('A Docker Engine answers here: npm run demo -- --docker does the same on a real Odoo.');
	}
}

async function main() {
	if (!(await makeReady())) return;
	const { readConfig } = require('../backend/dist/config.js');
	const { createLogger } = require('../backend/dist/core/log.js');
	const { startPlatform } = require('../backend/dist/platform.js');

	const config = readConfig({ LOG_LEVEL: 'warn', ...process.env });
	const platform = await startPlatform(config, { log: createLogger(config.logLevel) });
	const wantsDocker = process.argv.includes('--docker');
	const stop = async (exitCode) => {
		stopping = true;
		await platform.stop();
		process.exit(exitCode);
	};
	for (const signal of ['SIGINT', 'SIGTERM']) {
		process.on(signal, () => {
			if (stopping) process.exit(1);
			if (wantsDocker) say('Stopping. A deploy that is interrupted begins anew at the next start.');
			void stop(0);
		});
	}
	try {
		await demonstrate(platform, config, wantsDocker);
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
