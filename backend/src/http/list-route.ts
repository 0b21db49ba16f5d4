import { z } from 'zod';
import type { Id, IdKind } from '../core/ids';
import type { Caller } from '../access/caller';
import { pageOf, pageQuery, type Pager } from './page';
import { defineRoute, reply, type Route, type RouteDescription } from './route';

interface ListDeclaration<P, F extends z.ZodRawShape, K extends IdKind, T, S extends z.ZodType> extends Omit<
	RouteDescription,
	'method'
> {
	/** The parameters in the path, where it has some. */
	readonly params?: z.ZodType<P>;
	/** The query parameters that say which items the list has. */
	readonly filters?: F;
	/** What kind of id orders the list. */
	readonly kind: K;
	readonly item: S;
	readonly present: (document: T) => z.input<S>;
	/** Up to `limit` documents after (in the list's order) the one with id `after`. */
	readonly list: (
		request: {
			readonly caller: Caller;
			readonly params: P;
			readonly query: z.output<z.ZodObject<F>>;
		},
		after: Id<K> | null,
		limit: number,
	) => Promise<readonly T[]>;
}

/** Declares the route of a list in pages. A cursor of it is good for the same path, with the same filters, alone. */
export function listRoute<
	P,
	F extends z.ZodRawShape,
	K extends IdKind,
	T extends { readonly _id: Id<K> },
	S extends z.ZodType,
>(pager: Pager, declaration: ListDeclaration<P, F, K, T, S>): Route;
export function listRoute(
	pager: Pager,
	{
		params: path,
		filters,
		kind,
		item,
		present,
		list,
		...description
	}: ListDeclaration<unknown, z.ZodRawShape, IdKind, { readonly _id: Id<IdKind> }, z.ZodType>,
): Route {
	return defineRoute({
		...description,
		method: 'get',
		input: { ...(path && { params: path }), query: z.strictObject({ ...pageQuery, ...filters }) },
		responses: { 200: pageOf(item) },
		handle: async ({ params, query: { limit, cursor, ...query }, caller }) => {
			const { items, next_cursor } = await pager.page({
				query: { limit, cursor },
				kind,
				scope: [description.path, params, query],
				fetch: (after, count) => list({ caller, params, query }, after, count),
			});
			return reply(200, { data: items.map(present), next_cursor });
		},
	});
}
