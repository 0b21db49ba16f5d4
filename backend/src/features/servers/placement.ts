import type { EnvironmentId } from '../../core/ids';
import type { ServerDocument } from './model';

/** What an environment that is being made asks of its server. */
export interface Wishes {
	/** On this server and no other. */
	readonly server_id?: ServerDocument['_id'] | undefined;
	/** All of them must be the server's. */
	readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** A server with what was placed on it. */
export interface Candidate {
	readonly server: Pick<
		ServerDocument,
		'_id' | 'name' | 'labels' | 'capacity' | 'drain' | 'status' | 'reason' | 'memory_bytes' | 'free_memory_bytes'
	>;
	readonly environments: number;
	/** The memory that those may take, in bytes. */
	readonly promised_bytes: number;
}

/** What keeps a server from taking an environment; null where nothing does. */
function obstacle({ server, environments }: Candidate, { labels = {} }: Wishes): string | null {
	if (server.drain) return 'it takes nothing new (drain)';
	if (server.status === 'degraded') return `it is degraded (${server.reason ?? 'no reason is known'})`;
	if (server.capacity !== null && environments >= server.capacity) {
		return `it has as many environments as it takes (${server.capacity})`;
	}
	const missing = Object.entries(labels).find(([name, value]) => server.labels[name] !== value);
	return missing === undefined ? null : `it lacks the label ${missing.join('=')}`;
}

/**
 * How much memory one more environment would find, in bytes. What was promised counts although it may not be taken yet:
 * environments that are made together do not all find the same memory free.
 */
const roomOf = ({ server: { memory_bytes, free_memory_bytes }, promised_bytes }: Candidate) =>
	Math.min(free_memory_bytes ?? memory_bytes, memory_bytes - promised_bytes);

/** The server with the most free memory among those that fit, or why none does: for each, what keeps it from it. */
export function choose<C extends Candidate>(
	candidates: readonly C[],
	wishes: Wishes,
): { readonly chosen: C } | { readonly why: string } {
	const asked = candidates.filter(({ server }) => wishes.server_id === undefined || server._id === wishes.server_id);
	const [first, ...others] = asked.filter((one) => obstacle(one, wishes) === null);
	if (first !== undefined) {
		return { chosen: others.reduce((best, one) => (roomOf(one) > roomOf(best) ? one : best), first) };
	}
	const reasons = asked.map((one) => `${one.server.name}: ${obstacle(one, wishes) ?? ''}`);
	return { why: reasons.length === 0 ? 'the organization has no server' : reasons.join('; ') };
}

/** The longest that a part of a domain name may be. */
const LONGEST_LABEL = 63;
const ID_DIGITS = 6;

/** Where an environment is to be reached: below the domain of its server, or for programs on that machine. */
export function urlOf(
	{ ingress, base_domain }: Pick<ServerDocument, 'ingress' | 'base_domain'>,
	environment: { readonly id: EnvironmentId; readonly name: string },
): string {
	const start = environment.name.slice(0, LONGEST_LABEL - ID_DIGITS - 1).replace(/-+$/, '');
	const label = `${start}-${environment.id.slice(-ID_DIGITS).toLowerCase()}`;
	const { http_port, https_port } = ingress;
	return base_domain === null
		? `http://${label}.localhost${http_port === 80 ? '' : `:${http_port}`}`
		: `https://${label}.${base_domain}${https_port === 443 ? '' : `:${https_port}`}`;
}
