import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { systemClock } from '../../backend/src/core/clock';
import { createIds } from '../../backend/src/core/ids';
import { createSecrets } from '../../backend/src/core/secrets';
import { listRoute } from '../../backend/src/http/list-route';
import { blankNotes } from '../../backend/src/http/notes';
import { createPager } from '../../backend/src/http/page';
import { keyCaller } from '../support/key-caller';
import { runAlways } from '../support/pipeline';

const ids = createIds(systemClock);
const organization_id = ids.next('organization');
const things = [{ _id: ids.next('project') }, { _id: ids.next('project') }];

const route = listRoute(createPager(createSecrets(Buffer.alloc(32, 1))), {
	path: '/shelves/{shelf}/things',
	operationId: 'listThings',
	summary: 'List things',
	access: { by: 'key', permission: 'projects:read', plan: 'free' },
	params: z.strictObject({ shelf: z.string() }),
	filters: { color: z.string().optional() },
	kind: 'project',
	item: z.object({ id: z.string() }),
	present: ({ _id }) => ({ id: _id }),
	list: (_request, after, limit) =>
		Promise.resolve(things.slice(things.findIndex(({ _id }) => _id === after) + 1).slice(0, limit)),
});

const pageSchema = z.object({ data: z.array(z.object({ id: z.string() })), next_cursor: z.string().nullable() });

async function get(shelf: string, query: Record<string, string>) {
	const { body } = await route.run({
		params: { shelf },
		query: { limit: '1', ...query },
		headers: {},
		rawBody: Buffer.alloc(0),
		requestId: 'req',
		signal: new AbortController().signal,
		notes: blankNotes(),
		once: runAlways,
		caller: keyCaller({ organization_id }),
	});
	return pageSchema.parse(body);
}

const cursorOf = async (shelf: string, query: Record<string, string>) => (await get(shelf, query)).next_cursor ?? '';

describe('the route of a list', () => {
	it('goes on where the page before ended', async () => {
		const cursor = await cursorOf('top', { color: 'red' });
		expect(await get('top', { color: 'red', cursor })).toEqual({
			data: [{ id: things[1]?._id }],
			next_cursor: null,
		});
	});

	it('takes a cursor with the same filters alone', async () => {
		const cursor = await cursorOf('top', { color: 'red' });
		await expect(get('top', { color: 'blue', cursor })).rejects.toMatchObject({ code: 'invalid_cursor' });
	});

	it('takes a cursor with the same parameters in the path alone', async () => {
		const cursor = await cursorOf('top', {});
		await expect(get('bottom', { cursor })).rejects.toMatchObject({ code: 'invalid_cursor' });
	});
});
