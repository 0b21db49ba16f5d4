import { systemClock } from '../../backend/src/core/clock';
import type { Answer, Planner, ReadingOdoo } from '../../backend/src/features/assistant/planner';
import { createReadingOdoo } from '../../backend/src/features/assistant/reading-odoo';
import { rulesPlanner } from '@odoo-platform/odoo-questions';
import type { OdooCall, OdooClient } from '../../backend/src/odoo/client';
import { connectOdoo } from '../../backend/src/odoo/connect';
import { isRead } from '../../backend/src/odoo/methods';
import { type OdooServer, odooServers } from './odoo-servers';
import { SANDBOX_NOW } from '@odoo-platform/odoo-sandbox/testing';

/** What a planner makes of a question, and what it asked Odoo for that. */
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

/** Connects to a server; every call that is sent is written down, `writes` are those that do not only read. */
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
	return { client: watched, calls, writes: () => calls.filter(({ method }) => !isRead(method)), close };
}

/** Asks a planner. */
export async function askPlanner(planner: Planner, client: OdooClient, message: string, now: Date): Promise<Asked> {
	const odoo: ReadingOdoo = createReadingOdoo(client, { clock: systemClock });
	const answer = await planner.answer({ message, now }, odoo);
	return { answer, queries: odoo.queries };
}

/** Asks the rules, at the time of the sandboxes. */
export const askRules = (client: OdooClient, message: string) => askPlanner(rulesPlanner, client, message, SANDBOX_NOW);
