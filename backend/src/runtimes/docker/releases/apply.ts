import {
	type Applied,
	type Release,
	ReleaseError,
	type RuntimeContext,
	type RuntimeSite,
	ServerError,
} from '../../runtime';
import { EngineError } from '../../../docker/errors';
import type { DockerRelease } from '../model';
import { OdooFailedError } from '../odoo';
import { type DockerParts, keepSite, type OpenSite, openSite, prepare } from '../parts';
import { SqlError } from '../postgres';
import { NotReadyError } from '../readiness';
import { install } from './install';
import { layOut } from './lay-out';
import { installPython, pythonOf } from './python';
import { withReleaseFiles } from './release-files';
import { replace } from './replace';
import { settle } from './settle';
import { NOTHING_DONE, STAGES } from './stages';
import { removeRelease } from './tidy';
import { planOf, update } from './update';

/**
 * Brings an environment to a release. What the database's modules are made of decides how: where nothing of them changes,
 * the new Odoo starts beside the old one; where something does, nobody is served for as long as it takes to copy the
 * database, to update it and to start anew, and what fails there is undone with the copy.
 */
export const applyRelease = (
	parts: DockerParts,
	site: RuntimeSite,
	release: Release,
	context: RuntimeContext,
): Promise<Applied> =>
	bringTo(parts, site, release, context, async (open, next) => {
		const { serving } = await open.read();
		if (serving === null) return install(open, release.addons, next, context);
		const plan = await planOf(open, release.addons, next, serving);
		return plan.install.length + plan.update.length === 0
			? replace(parts, open, serving, next, context)
			: update(parts, open, { plan, serving, next, release }, context);
	});

/** Has all there that a release needs, and then has it serve in the way that fits. */
export async function bringTo(
	parts: DockerParts,
	site: RuntimeSite,
	release: Release,
	context: RuntimeContext,
	serve: (open: OpenSite, next: DockerRelease) => Promise<Applied>,
): Promise<Applied> {
	await keepSite(parts, site);
	const open = await openSite(parts, site);
	try {
		return await inWords(context, () => prepareAnd(serve, parts, open, release, context));
	} catch (error) {
		if (!(error instanceof EngineError || error instanceof ReleaseError)) throw error;
		const { serving, traffic, update: begun } = await open.read();
		// What served before does not serve again: to put it back has failed as well.
		const isLost = traffic === 'maintenance' || begun !== null;
		if (error instanceof ReleaseError && !isLost) throw error;
		const isUntouched = traffic === 'open' && !isLost && serving?.deployment_id !== release.deployment_id;
		if (isUntouched) {
			throw new ReleaseError('server_failed', error.message, { cause: error });
		}
		throw new ServerError(error.message, { cause: error });
	}
}

async function prepareAnd(
	serve: (open: OpenSite, next: DockerRelease) => Promise<Applied>,
	parts: DockerParts,
	open: OpenSite,
	release: Release,
	context: RuntimeContext,
): Promise<Applied> {
	const { site } = open;
	await settle(open, context).catch((error: unknown) => {
		// An earlier release that cannot serve any more is what the next one is there to replace.
		if (!(error instanceof NotReadyError)) throw error;
	});
	const { serving } = await open.read();
	if (serving?.deployment_id === release.deployment_id) return { ...NOTHING_DONE };
	await context.log(`Server ${open.server.id}: the network, the database server and the ingress are made ready.`);
	await prepare(parts, open, context);
	await context.progress(STAGES.prepared);
	return withReleaseFiles(release, parts.scratchDir, async (files) => {
		await layOut(open, release, files, context);
		await context.progress(STAGES.laid_out);
		const next: DockerRelease = {
			deployment_id: release.deployment_id,
			git_sha: release.git_sha,
			addons: files.addons,
			python: pythonOf(files, { image: open.image, git_sha: release.git_sha }),
			workers: site.settings.workers,
		};
		const installAndServe = async () => {
			await installPython(open, next, files, context);
			return serve(open, next);
		};
		return installAndServe().catch(async (error: unknown) => {
			// Once it serves, what failed was work that came after.
			const isServing = (await open.read()).serving?.deployment_id === release.deployment_id;
			if (!context.signal.aborted && !isServing) await removeRelease(open, release.deployment_id);
			throw error;
		});
	});
}

/** Why Odoo could not be brought to a release, in words for its owner. */
async function inWords<T>({ signal }: RuntimeContext, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		signal.throwIfAborted();
		if (error instanceof OdooFailedError) throw new ReleaseError('update_failed', error.message, { cause: error });
		if (error instanceof SqlError) throw new ReleaseError('server_failed', error.message, { cause: error });
		if (error instanceof NotReadyError) {
			throw new ReleaseError('unhealthy', `Odoo does not serve: ${error.message}.`, { cause: error });
		}
		throw error;
	}
}
