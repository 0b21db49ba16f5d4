/** What a stream of server-sent events said: an event with its fields, or a comment. */
export interface ServerSentEvent {
	readonly id?: string;
	readonly event?: string;
	readonly data?: string;
	readonly comment?: string;
}

/** A stream of server-sent events that a test reads one by one. */
export interface EventStream {
	readonly response: Response;
	/** The next event or comment, without the `retry` at the beginning; null at the end of the stream. */
	next(): Promise<ServerSentEvent | null>;
	/** Everything up to the end of the stream. */
	rest(): Promise<ServerSentEvent[]>;
	/** Leaves. */
	close(): void;
}

export async function openEventStream(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
	const gone = new AbortController();
	const response = await fetch(url, {
		headers: { Accept: 'text/event-stream', ...headers },
		signal: gone.signal,
	});
	const blocks = blocksOf(response.body ?? new ReadableStream<Uint8Array>());
	const next = async () => {
		for (;;) {
			const { value, done } = await blocks.next();
			if (done) return null;
			if (!value.startsWith('retry:')) return parse(value);
		}
	};
	return {
		response,
		next,
		async rest() {
			const events: ServerSentEvent[] = [];
			for (let event = await next(); event !== null; event = await next()) events.push(event);
			return events;
		},
		close: () => gone.abort(),
	};
}

async function* blocksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
	const decoder = new TextDecoder();
	const reader = body.getReader();
	let text = '';
	for (;;) {
		const { value, done } = await reader.read();
		if (done) return undefined;
		text += decoder.decode(value, { stream: true });
		const parts = text.split('\n\n');
		text = parts.pop() ?? '';
		yield* parts;
	}
}

function parse(block: string): ServerSentEvent {
	const fields = new Map(
		block.split('\n').map((line) => {
			const colon = line.indexOf(':');
			return [line.slice(0, colon) || 'comment', line.slice(colon + 1).trim()];
		}),
	);
	return Object.fromEntries(fields);
}
