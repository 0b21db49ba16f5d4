/** The platform's API, with one key: `ask` answers what a request brings, `follow` reads a stream of events. */
export function apiOf(url, apiKey) {
	const send = async (method, route, { body, accept = 'application/json', signal } = {}) => {
		// Loading n8n holds this process up for longer than the service keeps connections that wait.
		const headers = { Authorization: `Bearer ${apiKey}`, Accept: accept, Connection: 'close' };
		const reply = await fetch(`${url}${route}`, { method, headers, signal, body: JSON.stringify(body) });
		if (!reply.ok) throw new Error((await reply.json()).detail);
		return reply;
	};
	return {
		ask: async (method, route, body) => (await send(method, route, { body })).json(),
		/** The data of each event, until the stream ends. */
		async *follow(route, signal) {
			const { body } = await send('GET', route, { accept: 'text/event-stream', signal });
			let text = '';
			for await (const piece of body.pipeThrough(new TextDecoderStream())) {
				const blocks = `${text}${piece}`.split('\n\n');
				text = blocks.pop();
				for (const block of blocks) {
					const data = /^data: (.*)$/m.exec(block)?.[1];
					if (data !== undefined) yield JSON.parse(data);
				}
			}
		},
	};
}
