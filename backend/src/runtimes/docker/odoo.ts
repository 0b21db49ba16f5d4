import type { ContainerSpec } from '../../docker/container';
import type { Engine } from '../../docker/engine';
import type { RuntimeContext, RuntimeSite } from '../runtime';
import type { DockerRelease } from './model';
import { LABEL, namesOf, type Role } from './names';
import { RELEASE_DIRECTORY } from './releases/release-files';
import { DATA_DIRECTORY, START } from './settings-files';

const MIB = 1024 * 1024;
/** Where the volume with a release's own packages of Python is. */
export const PYTHON_VOLUME = '/mnt/python';
/** Where Python finds a release's own packages: before those of its image. */
export const PYTHON_DIRECTORY = `${PYTHON_VOLUME}/packages`;
const PROCESSES = 256;
/** How many different complaints of one run are told. */
const MOST_COMPLAINTS = 500;
/** How long one run may take, in milliseconds: an add-on may never end. */
const LONGEST_RUN_MS = 2 * 60 * 60_000;
/** How many of Odoo's last lines a failure shows. */
const SHOWN_LINES = 30;

/** What all containers of an environment have in common. */
export interface SiteParts {
	readonly site: RuntimeSite;
	readonly image: string;
	readonly installation: string;
}

export const labelsOf = ({ site, installation }: Pick<SiteParts, 'site' | 'installation'>, role: Role) => ({
	[LABEL.installation]: installation,
	[LABEL.environment]: site.id,
	[LABEL.role]: role,
});

/** A container of a release: Odoo's user, its own program, nothing that it could change but its data. */
export function odooSpec(
	parts: SiteParts,
	{ deployment_id, python }: Pick<DockerRelease, 'deployment_id' | 'python'>,
	role: 'web' | 'job',
): ContainerSpec & { readonly entrypoint: readonly string[] } {
	const { site, image } = parts;
	const names = namesOf(site.id);
	return {
		name: role === 'web' ? names.web(deployment_id) : names.job,
		image,
		labels: { ...labelsOf(parts, role), [LABEL.deployment]: deployment_id },
		network: names.network,
		entrypoint: ['/bin/sh', START],
		command: [],
		user: 'odoo',
		environment: { HOME: DATA_DIRECTORY, ...(python === null ? {} : { PYTHONUSERBASE: PYTHON_DIRECTORY }) },
		mounts: [
			{ volume: names.dataVolume, at: DATA_DIRECTORY },
			{ volume: names.releaseVolume(deployment_id), at: RELEASE_DIRECTORY, readOnly: true },
			...(python === null ? [] : [{ volume: names.pythonVolume(python), at: PYTHON_VOLUME, readOnly: true }]),
		],
		// The image declares the second as a volume: without this, each container would leave one behind.
		scratch: { '/tmp': 256 * MIB, '/mnt/extra-addons': MIB },
		restart: role === 'web',
		memoryBytes: site.settings.memory_mb * MIB,
		cpus: site.settings.cpus,
		processes: PROCESSES,
	};
}

/** Odoo ended badly; these are its last lines. */
export class OdooFailedError extends Error {
	override readonly name = 'OdooFailedError';
}

const LOADING = /Loading module (\S+) \((\d+)\/(\d+)\)/;
/** A line of Odoo's log that complains; its time and process are of no use to whoever follows. */
const COMPLAINT = /^\S+ \S+ \d+ ((?:WARNING|ERROR|CRITICAL) .*)/;
const PYTHON_ERROR = /^[\w.]*(?:Error|Exception|Violation)\b.*/;

/**
 * Runs Odoo once, until it ends by itself. Its warnings and errors go to the log as they come, and so does each module.
 * @throws OdooFailedError
 */
export async function runOdoo(
	engine: Pick<Engine, 'run'>,
	spec: ContainerSpec,
	command: readonly string[],
	{ signal, log, progress }: RuntimeContext,
): Promise<void> {
	const last: string[] = [];
	const told = new Set<string>();
	let telling: Promise<unknown> = Promise.resolve();
	/** One after the other; the first that fails is known at the end. */
	const tell = (work: () => Promise<unknown>) => {
		telling = telling.then(work);
		telling.catch(() => undefined);
	};
	const onLine = (line: string) => {
		last.push(line);
		if (last.length > SHOWN_LINES) last.shift();
		const [, module, done, of] = LOADING.exec(line) ?? [];
		if (module !== undefined) {
			const text = `Module ${module} (${done} of ${of})`;
			// Odoo loads `base` alone before it knows of the others.
			const isAlone = of === '1';
			tell(() => Promise.all([log(text), isAlone ? undefined : progress(Number(done) / Number(of))]));
			return;
		}
		const said = COMPLAINT.exec(line)?.[1] ?? PYTHON_ERROR.exec(line)?.[0];
		if (said === undefined || told.has(said) || told.size >= MOST_COMPLAINTS) return;
		told.add(said);
		tell(() => log(said));
	};
	const limit = AbortSignal.timeout(LONGEST_RUN_MS);
	const { exit_code, out_of_memory } = await engine
		.run({ ...spec, command }, { signal: AbortSignal.any([signal, limit]), onLine })
		.catch((error: unknown) => {
			if (limit.aborted && !signal.aborted) {
				throw new OdooFailedError(`Odoo did not end within ${LONGEST_RUN_MS / 3_600_000} hours.`);
			}
			throw error;
		});
	await telling;
	if (exit_code === 0) return;
	const why = out_of_memory ? 'it needed more memory than it may have' : `it ended with ${exit_code}`;
	throw new OdooFailedError(`Odoo failed: ${why}. ${reasonIn(last)}`);
}

/** The line that says most: the last error of Python's, or the last line of all. */
const reasonIn = (lines: readonly string[]) =>
	lines.findLast((line) => PYTHON_ERROR.test(line)) ??
	lines.findLast((line) => COMPLAINT.test(line)) ??
	lines.at(-1) ??
	'It wrote nothing.';
