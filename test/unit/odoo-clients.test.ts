import { describe, expect, it } from '@jest/globals';
import type { Fetch } from '../../backend/src/net/outbound';
import { createOdooClients } from '../../backend/src/odoo/clients';
import { createFakeClock } from '../support/fake-clock';
import { until } from '../support/until';

const ACCESS = { url: 'http://odoo.example.com', database: 'demo', login: 'admin', secret: 'key' };
const ANSWERS: Record<string, unknown> = {
	'/web/version': { version: '19.0' },
	'/json/2/res.users/context_get': { uid: 2 },
	'/json/2/res.users/read': [{ id: 2, login: 'admin', name: 'Admin' }],
};

/** Clients of an Odoo that answers nothing before it is opened. */
function stage() {
	const clock = createFakeClock();
	const asked: string[] = [];
	let open = () => {};
	const opened = new Promise<void>((resolve) => {
		open = resolve;
	});
	const fetch: Fetch = async (url, init) => {
		const { pathname } = new URL(url);
		asked.push(pathname);
		await new Promise<void>((resolve, reject) => {
			void opened.then(resolve);
			const { signal } = init ?? {};
			signal?.addEventListener('abort', () =>
				reject(signal.reason instanceof Error ? signal.reason : new Error()),
			);
		});
		return Response.json(ANSWERS[pathname]);
	};
	const clients = createOdooClients({ clock });
	return { clock, asked, open, get: (signal?: AbortSignal) => clients.get({ ...ACCESS, fetch }, { signal }) };
}

describe('the clients', () => {
	it('log in once for all who wait', async () => {
		const { asked, open, get } = stage();
		const waiting = [get(), get(), get()];
		open();
		await Promise.all(waiting);
		expect(asked).toEqual(Object.keys(ANSWERS));
	});

	it('let one who leaves go, and log in for the others', async () => {
		const { asked, open, get } = stage();
		const gone = new AbortController();
		const [leaving, staying] = [get(gone.signal), get()];
		await until(() => asked.length > 0);
		gone.abort(new Error('gone'));
		await expect(leaving).rejects.toThrow('gone');
		open();
		expect((await staying).version.major).toBe(19);
	});

	it('wait 15 seconds for an answer while they log in, and try anew for the next who asks', async () => {
		const { clock, asked, open, get } = stage();
		const waiting = get();
		await until(() => asked.length > 0);
		await clock.advance(15_000);
		await expect(waiting).rejects.toMatchObject({ kind: 'timeout' });
		open();
		expect((await get()).version.major).toBe(19);
	});
});
