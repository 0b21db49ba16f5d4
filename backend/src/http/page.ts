import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from '../core/errors';
import { type Id, type IdKind, isId } from '../core/ids';
import type { Secrets } from '../core/secrets';

/** The query parameters of every list; spread them into the route's own. */
export const pageQuery = {
	limit: z
		.string()
		.regex(/^\d{1,3}$/, 'must be a whole number from 1 to 200')
		.transform(Number)
		.pipe(z.int().min(1).max(200))
		.default(50)
		.meta({
			description: 'How many at most; 50 where it is left out',
			type: 'integer',
			minimum: 1,
			maximum: 200,
		}),
	cursor: z
		.string()
		.max(500)
		.optional()
		.meta({ description: 'Where to go on: `next_cursor` of the page before, with the same filters' }),
};

/** The reply of every list. */
export const pageOf = <T extends z.ZodType>(item: T) =>
	z.object({
		data: z.array(item).meta({ description: 'At most `limit` of them; empty where there is nothing' }),
		next_cursor: z.string().nullable().meta({ description: 'The cursor of the next page; null on the last' }),
	});

interface PageRequest<K extends IdKind, T> {
	readonly query: { readonly limit: number; readonly cursor?: string | undefined };
	/** What kind of id orders the list. */
	readonly kind: K;
	/** The route and its filters: a cursor is good for these alone. */
	readonly scope: readonly unknown[];
	/** Up to `limit` documents after (in the list's order) the one with id `after`. */
	readonly fetch: (after: Id<K> | null, limit: number) => Promise<readonly T[]>;
}

/** The same of a list that something else orders. */
interface WalkRequest<P, T> extends Omit<PageRequest<never, T>, 'kind' | 'fetch'> {
	/** An item's place in the order, as a text. */
	readonly placeOf: (item: T) => string;
	/** The place that such a text names; null where it names none. */
	readonly parse: (text: string) => P | null;
	readonly fetch: (after: P | null, limit: number) => Promise<readonly T[]>;
}

/** Walks lists page by page; a cursor is the last place seen, signed together with the list that it belongs to. */
export interface Pager {
	walk<P, T>(
		request: WalkRequest<P, T>,
	): Promise<{ readonly items: readonly T[]; readonly next_cursor: string | null }>;
	page<K extends IdKind, T extends { readonly _id: Id<K> }>(
		request: PageRequest<K, T>,
	): Promise<{ readonly items: readonly T[]; readonly next_cursor: string | null }>;
}

const SIGNATURE_BYTES = 16;

export function createPager(secrets: Secrets): Pager {
	const key = secrets.derive('cursors');
	const sign = (id: string, scope: string) =>
		createHmac('sha256', key).update(`${scope}\n${id}`).digest().subarray(0, SIGNATURE_BYTES);
	const encode = (id: string, scope: string) =>
		Buffer.concat([sign(id, scope), Buffer.from(id)]).toString('base64url');
	const decode = <P>(cursor: string, scope: string, parse: (text: string) => P | null) => {
		const bytes = Buffer.from(cursor, 'base64url');
		const place = bytes.subarray(SIGNATURE_BYTES).toString();
		const given = bytes.subarray(0, SIGNATURE_BYTES);
		const genuine = given.length === SIGNATURE_BYTES && timingSafeEqual(given, sign(place, scope));
		const parsed = genuine ? parse(place) : null;
		if (parsed !== null) return parsed;
		throw new ApiError(
			'invalid_cursor',
			'This cursor is not of this list and its filters. Begin again without one.',
		);
	};
	const walk: Pager['walk'] = async ({ query, scope, placeOf, parse, fetch }) => {
		const list = JSON.stringify(scope);
		const found = await fetch(
			query.cursor === undefined ? null : decode(query.cursor, list, parse),
			query.limit + 1,
		);
		const items = found.slice(0, query.limit);
		const last = items.at(-1);
		const more = found.length > query.limit && last !== undefined;
		return { items, next_cursor: more ? encode(placeOf(last), list) : null };
	};
	return {
		walk,
		page: ({ kind, ...request }) =>
			walk({ ...request, placeOf: ({ _id }) => _id, parse: (id) => (isId(kind, id) ? id : null) }),
	};
}
