import type { JobId, WebhookId } from './core/ids';

/** A piece of news within this process. Nothing is kept of it: who does not listen yet never hears it. */
export interface Signal<News extends readonly unknown[]> {
	/** Tells everybody who listens, in the order in which they began to. */
	readonly notify: (...news: News) => void;
	readonly on: (listen: (...news: News) => void) => void;
}

function createSignal<News extends readonly unknown[] = []>(): Signal<News> {
	const listeners: ((...news: News) => void)[] = [];
	return {
		notify: (...news) => {
			for (const listen of listeners) listen(...news);
		},
		on: (listen) => {
			listeners.push(listen);
		},
	};
}

/**
 * Who is woken by what. A signal only makes things fast: whoever listens looks by itself too, for what other replicas
 * did and what crashes left, so that a signal nobody heard delays work and loses none.
 */
export const createSignals = () => ({
	/** An outbox has events. The relay carries them on; what is remembered of connections is forgotten. */
	outboxFilled: createSignal(),
	/** A job waits for a worker. */
	jobQueued: createSignal(),
	/** A job that may run here is to be canceled. */
	jobCanceled: createSignal<[id: JobId]>(),
	/** A job, or its log, has changed: for those who wait for it or follow it. */
	jobChanged: createSignal<[id: JobId]>(),
	/** Deliveries wait for these webhooks' senders. */
	deliveriesQueued: createSignal<[ids: readonly WebhookId[]]>(),
	/** These webhooks are no longer as their senders read them. */
	webhooksChanged: createSignal<[ids: readonly WebhookId[]]>(),
	/** The outcome of a call waits to be posted to its callback. */
	callbackQueued: createSignal(),
});

export type Signals = ReturnType<typeof createSignals>;
