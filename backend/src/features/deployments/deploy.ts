import type { Clock } from '../../core/clock';
import type { Ids } from '../../core/ids';
import { inWords as reasonInWords, type SkippedAddon } from '../../git/addons';
import { GitError } from '../../git/git-error';
import type { GitProject, GitRepositories } from '../../git/repositories';
import { type Addon, type Release, ReleaseError, type RuntimeContext } from '../../runtimes/runtime';
import type { Runtimes } from '../../runtimes/runtimes';
import type { EnvironmentsService } from '../environments/service';
import { siteOf } from '../environments/site';
import type { VariablesService } from '../environments/variables';
import {
	defineJob,
	type JobContext,
	type JobDefinition,
	type KindOfJob,
	type StepContext,
	type StepDefinition,
} from '../jobs/definition';
import { JobError } from '../jobs/failures';
import { requireHealthy } from '../jobs/require-healthy';
import { runtimeFailure } from '../jobs/runtime-failures';
import type { JobDocument } from '../jobs/service';
import type { ProjectsService } from '../projects/service';
import { deploymentEvent } from './events';
import {
	type DEPLOYING_KINDS,
	type DeploymentBefore,
	type DeploymentRecord,
	deploymentRecord,
	MAX_SKIPPED,
	servedOnce,
} from './model';

interface DeployOptions {
	readonly projects: Pick<ProjectsService, 'get'>;
	readonly environments: Pick<EnvironmentsService, 'get' | 'setStatus'>;
	readonly variables: Pick<VariablesService, 'reveal'>;
	readonly git: GitRepositories;
	readonly runtimes: Pick<Runtimes, 'of'>;
	/** Keeps an environment's data before a job changes it. @throws ReleaseError where that fails */
	readonly keepData: (job: JobDocument, context: RuntimeContext) => Promise<void>;
	readonly clock: Clock;
	readonly ids: Ids;
}

/** How a commit comes to an environment, and how an environment goes back to an earlier one. */
export function deployDefinitions({
	projects,
	environments,
	variables,
	git,
	runtimes,
	keepData,
	clock,
	ids,
}: DeployOptions): readonly JobDefinition[] {
	const environmentOf = (job: JobDocument) => environments.get(job.organization_id, job.environment_id);
	const projectOf = async (job: JobDocument): Promise<GitProject> => {
		const project = await projects.get(job.organization_id, job.project_id);
		const { _id, organization_id, repository_url, default_branch } = project;
		return { id: _id, organization_id, repository_url, default_branch };
	};

	const siteOfJob = async (job: JobDocument) => {
		const environment = await environmentOf(job);
		return { site: siteOf(environment), kind: environment.runtime, runtime: runtimes.of(environment.runtime) };
	};

	const begin = async ({ job, keep }: StepContext<DeploymentRecord>) => {
		if (job.data.before === null) {
			const { status: now, git_sha, git_branch } = await environmentOf(job);
			const status = now === 'deploying' || now === 'deleting' ? 'failed' : now;
			await keep({
				before: { status, git_sha, git_branch },
				status_on_failure: status === 'pending' ? 'failed' : status,
			});
		}
		await environments.setStatus(job.organization_id, job.environment_id, 'deploying');
	};

	const variablesOf = ({ organization_id, environment_id }: JobDocument) =>
		variables.reveal(organization_id, environment_id);

	const releaseOf = async (
		{ job, signal, log }: JobContext<DeploymentRecord>,
		{ git_sha, addons }: Pick<Release, 'git_sha' | 'addons'>,
	): Promise<Release> => ({
		deployment_id: job.data.id,
		git_sha,
		addons,
		rehearse: job.data.rehearse,
		variables: await variablesOf(job),
		keepData: (context) => keepData(job, context),
		source: async (directory) => {
			const leftOut = await inWords(git.layOut(await projectOf(job), git_sha, directory, signal));
			if (leftOut.length > 0) await log(`Left out, as submodules or for where they lead: ${leftOut.join(', ')}.`);
		},
	});

	/**
	 * Has the runtime put right what an interrupted deploy left.
	 * @returns whether what ran before serves again
	 */
	const revert = async (
		context: JobContext<DeploymentRecord>,
		{ git_sha, status }: Pick<DeploymentBefore, 'git_sha' | 'status'>,
	) => {
		const { site, runtime } = await siteOfJob(context.job);
		const { addons } = await git.readAddons(await projectOf(context.job), git_sha);
		const before = await releaseOf(context, { git_sha, addons });
		const reverted = await runtime.revert(site, before, { ...context, progress: untold });
		if (reverted && status === 'stopped') await runtime.stop(site, { ...context, progress: untold });
		return reverted;
	};

	const fetchAndResolve: readonly StepDefinition<DeploymentRecord>[] = [
		{
			name: 'fetch',
			run: async (context) => {
				await begin(context);
				const project = await projectOf(context.job);
				await inWords(git.fetch(project, context.signal));
				return 'The repository was fetched.';
			},
		},
		{
			name: 'resolve',
			run: async ({ job, keep }) => {
				const { git_ref, git_sha, git_branch } = job.data;
				// Once known, the commit stays, though the branch may have moved on when the job is taken over.
				const wanted = git_sha === '' ? git_ref : git_sha;
				const commit = await inWords(git.resolve(await projectOf(job), wanted));
				const branch = git_sha === '' ? commit.branch : git_branch;
				await keep({ git_sha: commit.sha, git_branch: branch });
				return `${git_ref} is the commit ${commit.sha}${branch === null ? '' : ` of the branch ${branch}`}.`;
			},
		},
	];

	const serveAndCheck: readonly StepDefinition<DeploymentRecord>[] = [
		{
			name: 'read_addons',
			run: async (context) => {
				const { job, keep } = context;
				await begin(context);
				const { addons, skipped } = await inWords(git.readAddons(await projectOf(job), job.data.git_sha));
				await keep({ addons, addons_skipped: skipped.slice(0, MAX_SKIPPED) });
				return outcomeOf(addons, skipped);
			},
		},
		{
			name: 'start',
			run: async (context) => {
				const { job, keep } = context;
				const { rollback, before } = job.data;
				const statusOnRefusal = before === null || before.status === 'pending' ? 'failed' : before.status;
				// From here on, nobody knows what still runs after a failure.
				await keep({ status_on_failure: 'failed' });
				const { site, kind, runtime } = await siteOfJob(job);
				const release = await releaseOf(context, job.data);
				try {
					const applied =
						rollback === null
							? runtime.apply(site, release, context)
							: runtime.rollBack(site, release, rollback, context);
					await keep({ applied: await applied });
				} catch (error) {
					if (!(error instanceof ReleaseError)) throw runtimeFailure(error);
					if (statusOnRefusal === 'stopped') await runtime.stop(site, context);
					await keep({ status_on_failure: statusOnRefusal });
					throw runtimeFailure(error);
				}
				return `The environment runs on the runtime ${kind}.`;
			},
		},
		{
			name: 'check_health',
			run: async ({ job, signal }) => {
				const { site, runtime } = await siteOfJob(job);
				await requireHealthy(runtime, site, signal);
				return `It answers at ${runtime.addressOf(site)}.`;
			},
		},
		{
			name: 'finish',
			run: async ({ job, signal }) => {
				const { git_sha, git_branch } = job.data;
				signal.throwIfAborted();
				await environments.setStatus(job.organization_id, job.environment_id, 'running', {
					git_sha,
					git_branch,
				});
				return 'The environment is running.';
			},
		},
	];

	const ending: Pick<KindOfJob<DeploymentRecord>, 'events' | 'onFailure' | 'onCancel'> = {
		events: (job) => [deploymentEvent(job, { clock, ids })],
		onFailure: async (context, { code }) => {
			const { job, signal, log } = context;
			const { status_on_failure, before } = job.data;
			if (status_on_failure === null) return;
			let status = status_on_failure;
			if (code === 'interrupted' && before !== null && servedOnce(before)) {
				try {
					if (await revert(context, before)) status = before.status;
				} catch (error) {
					signal.throwIfAborted();
					const reason = error instanceof Error ? error.message : 'no reason is known';
					await log(`The commit ${before.git_sha} could not be put back: ${reason}`);
				}
			}
			await environments.setStatus(job.organization_id, job.environment_id, status);
		},
		onCancel: async (context) => {
			const { job, signal, log } = context;
			const { before, status_on_failure } = job.data;
			if (before === null) return;
			const { git_sha, git_branch } = before;
			let deployed = { git_sha, git_branch };
			let { status } = before;
			const touched = status_on_failure === 'failed';
			if (servedOnce(before) && touched) {
				try {
					if (await revert(context, before)) await log(`The environment runs the commit ${git_sha} again.`);
					else {
						await log(`The environment runs the commit ${job.data.git_sha} already, and goes on with it.`);
						deployed = { git_sha: job.data.git_sha, git_branch: job.data.git_branch };
					}
				} catch (error) {
					signal.throwIfAborted();
					const reason = error instanceof Error ? error.message : 'no reason is known';
					await log(`The commit ${git_sha} could not be put back: ${reason}`);
					status = 'failed';
				}
			}
			await environments.setStatus(job.organization_id, job.environment_id, status, deployed);
		},
	};

	const define = (kind: (typeof DEPLOYING_KINDS)[number], steps: readonly StepDefinition<DeploymentRecord>[]) =>
		defineJob({ kind, data: deploymentRecord, steps, ...ending });
	return [define('deploy', [...fetchAndResolve, ...serveAndCheck]), define('rollback', serveAndCheck)];
}

/** How many add-ons are named in a step's outcome, and how many of those skipped. */
const MAX_NAMED = 100;
const MAX_SKIPPED_NAMED = 10;

/** What was read, in words. */
function outcomeOf(addons: readonly Addon[], skipped: readonly SkippedAddon[]): string {
	const named = addons.slice(0, MAX_NAMED).map(({ name, version }) => `${name} ${version}`);
	const read =
		addons.length === 0 ? 'The commit has no add-ons.' : `Add-ons: ${named.join(', ')}${more(addons, MAX_NAMED)}.`;
	if (skipped.length === 0) return read;
	const reasons = skipped.slice(0, MAX_SKIPPED_NAMED).map(reasonInWords);
	return `${read} Skipped ${skipped.length}: ${reasons.join(' ')}${more(skipped, MAX_SKIPPED_NAMED)}`;
}

const more = ({ length }: readonly unknown[], named: number) => (length > named ? ` and ${length - named} more` : '');

/** For progress that nobody is shown. */
const untold = () => Promise.resolve();

/** A repository's failure is one that the owner of the job can understand. */
async function inWords<T>(work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		if (error instanceof GitError) throw new JobError(error.code, error.message, { cause: error });
		throw error;
	}
}
