import type { Applied, RuntimeContext } from '../../runtime';
import type { DockerRelease } from '../model';
import { namesOf } from '../names';
import type { DockerParts, OpenSite } from '../parts';
import { startAndCheck, STOP_SECONDS } from './serve';
import { NOTHING_DONE } from './stages';
import { afterwards, tidy } from './tidy';

/** How long requests and WebSockets of the earlier release may go on, in milliseconds. */
const DRAIN_MS = 3_000;

/** Nothing of the database changes: the new Odoo serves before the old one ends. */
export async function replace(
	{ clock }: Pick<DockerParts, 'clock'>,
	open: OpenSite,
	serving: DockerRelease,
	next: DockerRelease,
	context: RuntimeContext,
): Promise<Applied> {
	const { engine, site } = open;
	await context.log('No installed module changes: the new release starts beside the one that serves.');
	await startAndCheck(open, next, context);
	context.signal.throwIfAborted();
	await open.write({
		serving: next,
		traffic: 'open',
		update: null,
		previous: { release: serving, has_copy: false, since: clock.now(), rows: 0 },
	});
	await context.log('The new release serves. The earlier one ends once its requests have.');
	await afterwards(context, async () => {
		await clock.sleep(DRAIN_MS, context.signal);
		await engine.stop(namesOf(site.id).web(serving.deployment_id), STOP_SECONDS);
		await tidy(open);
	});
	return { ...NOTHING_DONE };
}
