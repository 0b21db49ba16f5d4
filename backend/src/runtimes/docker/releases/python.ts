import { createHash } from 'node:crypto';
import { ReleaseError, type RuntimeContext } from '../../runtime';
import type { DockerRelease } from '../model';
import { namesOf } from '../names';
import { labelsOf, odooSpec, PYTHON_DIRECTORY, PYTHON_VOLUME } from '../odoo';
import type { OpenSite } from '../parts';
import { RELEASE_DIRECTORY, type ReleaseFiles } from './release-files';

/** How long all packages of a release may take, in milliseconds: some are compiled. */
const LONGEST_MS = 30 * 60_000;
/** The most lines of pip that a deploy's log shows. */
const MOST_LINES = 200;
const HASH_LENGTH = 12;

/** Whether a line of `requirements.txt` leads to another file, whose content counts as well. */
const leadsElsewhere = (line: string) => /^\s*[-.]|file:/.test(line) || (line.includes('/') && !line.includes('://'));

/** Names what a release asks for, so that what is the same is installed once; null where it asks for nothing. */
export function pythonOf(
	{ requirements }: Pick<ReleaseFiles, 'requirements'>,
	{ image, git_sha }: { readonly image: string; readonly git_sha: string },
): string | null {
	if (requirements === null || requirements.replaceAll(/^\s*#.*$/gm, '').trim() === '') return null;
	const alone = requirements.split('\n').some(leadsElsewhere) ? git_sha : '';
	const sum = createHash('sha256').update(JSON.stringify([image, requirements, alone]));
	return sum.digest('hex').slice(0, HASH_LENGTH);
}

/**
 * Has pip install what the commit's `requirements.txt` asks for beyond what the image has, into a volume of its own. It sees
 * the commit's files and neither data nor settings.
 * @throws ReleaseError where it cannot
 */
export async function installPython(
	open: OpenSite,
	next: DockerRelease,
	{ root }: Pick<ReleaseFiles, 'root'>,
	{ signal, log }: Pick<RuntimeContext, 'signal' | 'log'>,
): Promise<void> {
	if (next.python === null) return;
	const { engine, site, image } = open;
	const names = namesOf(site.id);
	await engine.ensureVolume(names.pythonVolume(next.python), labelsOf(open, 'job'));
	const lines: string[] = [];
	let telling: Promise<unknown> = Promise.resolve();
	const onLine = (line: string) => {
		lines.push(line);
		if (!TELLING.test(line) || lines.length > MOST_LINES) return;
		telling = telling.then(() => log(line));
		telling.catch(() => undefined);
	};
	const limit = AbortSignal.timeout(LONGEST_MS);
	const { exit_code } = await engine
		.run(
			{
				...odooSpec(open, next, 'job'),
				// Without any capability, it reads only what everybody may: no settings, which are Odoo's.
				user: 'root',
				entrypoint: ['/bin/sh', '-c', PROGRAM, 'pip', root],
				environment: { HOME: '/tmp', TMPDIR: `${PYTHON_VOLUME}/tmp`, ...PIP },
				mounts: [
					{ volume: names.pythonVolume(next.python), at: PYTHON_VOLUME },
					{ volume: names.releaseVolume(next.deployment_id), at: RELEASE_DIRECTORY, readOnly: true },
				],
				scratch: { '/tmp': 64 * MIB, '/var/lib/odoo': MIB, '/mnt/extra-addons': MIB },
			},
			{ signal: AbortSignal.any([signal, limit]), onLine },
		)
		.catch((error: unknown) => {
			if (!limit.aborted || signal.aborted) throw error;
			return { exit_code: -1 };
		});
	await telling;
	if (exit_code === 0) return;
	const reason = limit.aborted
		? `pip did not end within ${LONGEST_MS / 60_000} minutes`
		: /No module named pip/.test(lines.join(' '))
			? `the image ${image} has no pip`
			: (lines.findLast((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? `pip ended with ${exit_code}`);
	throw new ReleaseError('release_refused', `The packages of requirements.txt cannot be installed: ${reason}.`);
}

const MIB = 1024 * 1024;
const TELLING = /^(?:Collecting|Successfully installed|ERROR|error:)/;

/** Images of Debian keep pip from their own packages; here nothing of the image is changed. */
const PIP = {
	PYTHONUSERBASE: PYTHON_DIRECTORY,
	PIP_BREAK_SYSTEM_PACKAGES: '1',
	PIP_DISABLE_PIP_VERSION_CHECK: '1',
	PIP_NO_CACHE_DIR: '1',
	PIP_NO_INPUT: '1',
	PIP_NO_WARN_SCRIPT_LOCATION: '1',
	PIP_ROOT_USER_ACTION: 'ignore',
	PIP_USER: '1',
};

/** What was installed whole stays; what was broken off is begun anew. */
const PROGRAM = `
set -e
[ ! -f ${PYTHON_VOLUME}/complete ] || exit 0
rm -rf ${PYTHON_DIRECTORY} ${PYTHON_VOLUME}/tmp
mkdir -p ${PYTHON_DIRECTORY} ${PYTHON_VOLUME}/tmp
cd "$1"
python3 -m pip install -r requirements.txt
rm -rf ${PYTHON_VOLUME}/tmp
touch ${PYTHON_VOLUME}/complete
`;
