import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createIds, type Id } from '../../backend/src/core/ids';
import { createSecrets } from '../../backend/src/core/secrets';
import { createPager } from '../../backend/src/http/page';
import { systemClock } from '../../backend/src/core/clock';

const ids = createIds(systemClock);
const pager = createPager(createSecrets(Buffer.alloc(32, 1)));

const listOf = (documents: readonly { _id: Id<'project'> }[]) => (after: Id<'project'> | null, limit: number) =>
	Promise.resolve(documents.slice(documents.findIndex((document) => document._id === after) + 1).slice(0, limit));

describe('a list in pages', () => {
	it('shows every document once, in order, whatever the page size', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 12 }), async (count, limit) => {
				const documents = Array.from({ length: count }, () => ({ _id: ids.next('project') }));
				const seen: string[] = [];
				let cursor: string | undefined;
				do {
					const page = await pager.page({
						query: { limit, cursor },
						kind: 'project',
						scope: ['projects'],
						fetch: listOf(documents),
					});
					seen.push(...page.items.map((item) => item._id));
					cursor = page.next_cursor ?? undefined;
				} while (cursor !== undefined);
				expect(seen).toEqual(documents.map((document) => document._id));
			}),
		);
	});

	it('takes a cursor for no other list', async () => {
		const documents = [{ _id: ids.next('project') }, { _id: ids.next('project') }];
		const fetch = listOf(documents);
		const { next_cursor } = await pager.page({ query: { limit: 1 }, kind: 'project', scope: ['projects'], fetch });
		const query = { limit: 1, cursor: next_cursor ?? '' };
		await expect(pager.page({ query, kind: 'project', scope: ['projects', 'acme'], fetch })).rejects.toMatchObject({
			status: 422,
			code: 'invalid_cursor',
		});
	});

	it('refuses a cursor that it did not make', async () => {
		await fc.assert(
			fc.asyncProperty(fc.string(), async (cursor) => {
				const page = pager.page({ query: { limit: 1, cursor }, kind: 'project', scope: [], fetch: listOf([]) });
				await expect(page).rejects.toMatchObject({ code: 'invalid_cursor' });
			}),
		);
	});
});
