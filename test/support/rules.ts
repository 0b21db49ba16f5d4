import { systemClock } from '../../backend/src/core/clock';
import type { Answer, ReadingOdoo } from '../../backend/src/features/assistant/planner';
import { createReadingOdoo } from '../../backend/src/features/assistant/reading-odoo';
import { rulesPlanner } from '../../backend/src/features/assistant/rules/rules-planner';
import type { OdooCall, OdooClient } from '../../backend/src/odoo/client';
import { connectOdoo } from '../../backend/src/odoo/connect';
import { type OdooServer, odooServers } from './odoo-servers';
import { SANDBOX_NOW } from './sandbox';

/** What the rules make of a question about a sandbox, and what they asked it. */
export interface Asked {
	readonly answer: Answer;
	readonly queries: readonly OdooCall[];
}

/** A sandbox of a version that questions are asked about. */
export function sandboxServer(major: 14 | 19): OdooServer {
	const server = odooServers().find((each) => !each.real && each.major === major);
	if (!server) throw new Error(`no sandbox ${major}`);
	return server;
}

/** Connects to a server; every call that is sent is written down. */
export async function connectTo(server: OdooServer) {
	const { access, fetch, close } = await server.open();
	const client = await connectOdoo(access, { fetch, clock: systemClock });
	const calls: OdooCall[] = [];
	const watched: OdooClient = {
		...client,
		call: (request, options) => {
			calls.push(request);
			return client.call(request, options);
		},
	};
	return { client: watched, calls, close };
}

/** Asks the rules, at the time of the sandboxes unless another is named. */
export async function askRules(client: OdooClient, message: string, now = SANDBOX_NOW): Promise<Asked> {
	const odoo: ReadingOdoo = createReadingOdoo(client, { clock: systemClock });
	const answer = await rulesPlanner.answer({ message, now }, odoo);
	return { answer, queries: odoo.queries };
}
