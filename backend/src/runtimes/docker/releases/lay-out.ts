import { randomBytes } from 'node:crypto';
import { type Release, ReleaseError, type RuntimeContext } from '../../runtime';
import { namesOf } from '../names';
import { labelsOf, odooSpec } from '../odoo';
import type { OpenSite } from '../parts';
import { DATA_DIRECTORY, settingsFiles } from '../settings-files';
import { RELEASE_DIRECTORY, type withReleaseFiles } from './release-files';

/** Puts the release's files and settings into a volume of its own. */
export async function layOut(
	open: OpenSite,
	release: Release,
	files: Parameters<Parameters<typeof withReleaseFiles>[2]>[0],
	{ signal }: Pick<RuntimeContext, 'signal'>,
): Promise<void> {
	const { engine, site, database, secrets } = open;
	const { deployment_id } = release;
	const spec = odooSpec(open, { deployment_id, python: null }, 'job');
	const owner = await ownerIn(open, signal);
	await engine.ensureVolume(namesOf(site.id).releaseVolume(deployment_id), spec.labels);
	// It only carries the volume: files can be put into a container that never ran.
	const carrier = { ...spec, mounts: spec.mounts.map((mount) => ({ ...mount, readOnly: false })), writable: true };
	await engine.remove(carrier.name);
	await engine.create(carrier);
	try {
		const texts = settingsFiles({
			odoo_version: site.odoo_version,
			settings: site.settings,
			database,
			password: secrets.database_password,
			masterPassword: randomBytes(24).toString('base64url'),
			addonsPaths: files.addonsPaths,
			variables: release.variables,
		});
		await engine.putArchive(carrier.name, RELEASE_DIRECTORY, files.archive(texts, owner));
	} finally {
		await engine.remove(carrier.name);
	}
}

/** Which numbers the image gives to the user `odoo`; images differ. */
async function ownerIn(open: OpenSite, signal: AbortSignal) {
	const { engine, image, site } = open;
	const name = namesOf(site.id).job;
	const lines: string[] = [];
	const { exit_code } = await engine.run(
		{
			name,
			image,
			labels: labelsOf(open, 'job'),
			network: 'none',
			entrypoint: ['/bin/sh', '-c', 'id -u odoo && id -g odoo'],
			mounts: [],
			scratch: { [DATA_DIRECTORY]: 1024 * 1024, '/mnt/extra-addons': 1024 * 1024 },
			restart: false,
			memoryBytes: 64 * 1024 * 1024,
			cpus: 1,
			processes: 16,
		},
		{ signal, onLine: (line) => lines.push(line) },
	);
	const [uid, gid] = lines.map(Number);
	if (exit_code !== 0 || uid === undefined || gid === undefined) {
		throw new ReleaseError('release_refused', `The image ${image} has no user named odoo.`);
	}
	return { uid, gid };
}
