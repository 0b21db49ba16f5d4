import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { type EventId, isId } from '../../backend/src/core/ids';
import type { Order } from './webhook-process';

/** Starts a process that will be a replica once it has its order: what it loads is loaded by then. */
export function prepareReplica() {
	const child = fork(path.join(__dirname, 'webhook-process.ts'), {
		execArgv: ['-r', path.join(__dirname, 'ts-register.cjs')],
	});
	const ready = once(child, 'message');
	const committed: EventId[] = [];
	return {
		/** Events that it said it has committed. */
		committed,
		/** Resolves when it has committed that many events. */
		hasCommitted: async (count: number) => {
			while (committed.length < count) await once(child, 'message');
		},
		/** Resolves when it works, or is dead. */
		start: async (order: Order) => {
			await ready;
			const open = once(child, 'message');
			child.on('message', (message) => {
				if (isId('event', message)) committed.push(message);
			});
			child.send(order);
			await Promise.race([open, once(child, 'exit')]);
		},
		/** Resolves when it waits for its order. */
		ready,
		moveClock: (ms: number) => child.send(ms),
		kill: async () => {
			if (child.signalCode !== null || child.exitCode !== null) return;
			const dead = once(child, 'exit');
			child.kill('SIGKILL');
			await dead;
		},
	};
}

export type Replica = ReturnType<typeof prepareReplica>;
