import { setTimeout as sleep } from 'node:timers/promises';

const NAME = 'demo';
/** Odoo writes about each of its modules; of such lines, one is told in so many milliseconds. */
const QUIET_MS = 4_000;
const POLL_MS = 250;
const LONGEST_LINE = 100;

/** The demo project's environment with a real Odoo: the one of an earlier run, or a new one. */
export async function realEnvironment(api, project_id) {
	const { data } = await api.ask('GET', `/api/v1/environments?project_id=${project_id}&limit=200`);
	const found = data.find(({ name, runtime }) => name === NAME && runtime === 'docker');
	if (found !== undefined) return found;
	const wanted = { project_id, name: NAME, runtime: 'docker', demo_data: true, workers: 0 };
	return api.ask('POST', '/api/v1/environments', wanted);
}

/** The latest deployment to an environment. */
export async function latestDeployment(api, { id }) {
	const { data } = await api.ask('GET', `/api/v1/environments/${id}/deployments?limit=1`);
	return data[0];
}

/** A deployment to an environment that comes after another one. */
export async function nextDeployment(api, environment, before, signal) {
	for (;;) {
		const latest = await latestDeployment(api, environment);
		if (latest !== undefined && latest.id !== before?.id) return latest;
		await sleep(POLL_MS, undefined, { signal });
	}
}

/** Tells how a deployment goes on, until it has ended: the lines of its log, each with how much is done. */
export async function tellDeployment(api, { id, job_id }, tell, signal) {
	let spoken = 0;
	for await (const { text } of api.follow(`/api/v1/deployments/${id}/logs`, signal)) {
		if (text === undefined) continue;
		const isOdoos = /^(Module|WARNING|ERROR|CRITICAL) /.test(text);
		if (isOdoos && Date.now() - spoken < QUIET_MS) continue;
		if (isOdoos) spoken = Date.now();
		const { progress_percent } = await api.ask('GET', `/api/v1/jobs/${job_id}`);
		const line = text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text;
		tell(`${String(progress_percent).padStart(3)} %  ${line}`);
	}
}
