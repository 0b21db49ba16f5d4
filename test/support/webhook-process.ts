import { z } from 'zod';
import { systemClock, type Clock } from '../../backend/src/core/clock';
import { idSchema } from '../../backend/src/core/ids';
import { startEmbeddedEngine } from '@odoo-platform/embedded-mongo';
import { openWebhookStage } from './webhook-stage';

/** What a replica is told: where its data is, how far its clock is ahead, and whose events it makes, if any. */
export const orderSchema = z.object({
	dbName: z.string(),
	/** A server's; else an embedded engine of its own serves `dataDir`. */
	uri: z.string().optional(),
	dataDir: z.string(),
	aheadMs: z.number(),
	load: idSchema('organization').optional(),
});
export type Order = z.infer<typeof orderSchema>;

/** The time, some milliseconds ahead. */
export const clockAhead = (ahead: () => number): Clock => ({
	now: () => new Date(Date.now() + ahead()),
	after: (ms, run) => systemClock.after(ms, run),
	sleep: (ms, signal) => systemClock.sleep(ms, signal),
});

/**
 * A replica in a process of its own, as far as webhooks go, to be killed at any moment. It waits for its order, says
 * `open` when it works, and then the id of each event that it has committed. A number moves its clock on.
 */
async function main(order: Order) {
	let { aheadMs } = order;
	process.on('message', (message) => (aheadMs += z.number().parse(message)));
	const clock = clockAhead(() => aheadMs);
	const alone = order.uri === undefined;
	const uri = order.uri ?? (await startEmbeddedEngine({ dataDir: order.dataDir, clock })).uri;
	const stage = await openWebhookStage({ uri, name: order.dbName }, clock, order.dbName);
	const { service } = stage.startReplica({ working: false });
	if (alone) await service.releaseAll();
	await service.lookAtAll();
	const { relay } = stage.startReplica();
	process.send?.('open');
	while (order.load !== undefined) {
		const event = stage.makeEvent('deployment.succeeded', order.load);
		await stage.change(event);
		process.send?.(event.id);
		relay.wake();
	}
}

if (require.main === module) {
	process.once('disconnect', () => process.exit());
	process.once('message', (order) => void main(orderSchema.parse(order)));
	process.send?.('ready');
}
