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

	it('try credentials that were refused no more for half a minute', async () => {
		const clock = createFakeClock();
		const clients = createOdooClients({ clock });
		let logins = 0;
		const fetch: Fetch = (url) => {
			const { pathname } = new URL(url);
			if (pathname === '/web/version') logins += 1;
			const refused = { name: 'werkzeug.exceptions.Unauthorized', message: 'Invalid apikey' };
			const reply =
				pathname === '/web/version'
					? Response.json(ANSWERS[pathname])
					: pathname === '/jsonrpc'
						? Response.json({ jsonrpc: '2.0', id: 1, result: false })
						: Response.json(refused, { status: 401 });
			return Promise.resolve(reply);
		};
		const failure = async (secret = 'key') => {
			const error: unknown = await clients.get({ ...ACCESS, secret, fetch }).catch((reason: unknown) => reason);
			return error;
		};
		const refusal = expect.objectContaining({ kind: 'authentication_failed' });
		expect([await failure(), await failure(), logins]).toEqual([refusal, refusal, 1]);
		expect([await failure('another'), logins]).toEqual([refusal, 2]);
		await clock.advance(30_000);
		expect([await failure(), logins]).toEqual([refusal, 3]);
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
