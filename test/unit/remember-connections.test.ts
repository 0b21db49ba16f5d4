import { describe, expect, it } from '@jest/globals';
import { createIds } from '../../backend/src/core/ids';
import { rememberConnections, type RememberedConnections } from '../../backend/src/features/connections/remember';
import type { ConnectionsService } from '../../backend/src/features/connections/service';
import { createFakeClock } from '../support/fake-clock';

const clock = createFakeClock();
const ids = createIds(clock);
const organization = ids.next('organization');
const connection = ids.next('connection');
const environment = ids.next('environment');

/** Connections whose every change fails, and which count how often one is opened. */
function stage() {
	const opened: unknown[] = [];
	const fail = () => Promise.reject(new Error('not used'));
	const service: ConnectionsService = {
		open: (tenant, choice) => {
			opened.push({ tenant, ...choice });
			return Promise.resolve({
				id: connection,
				name: 'production',
				environment_id: null,
				url: 'http://odoo.example.com',
				database: 'demo',
				login: 'admin',
				secret: 'top secret',
				fetch: fail,
			});
		},
		exists: fail,
		list: fail,
		get: fail,
		create: fail,
		update: fail,
		delete: fail,
		check: fail,
		removeOf: () => Promise.resolve(),
		ensureDefault: () => Promise.resolve(),
	};
	return { connections: rememberConnections(service, clock), opened };
}

const { signal } = new AbortController();
const request = { name: 'a', url: 'http://odoo.example.com', database: 'demo', login: 'admin', secret: 'key' };

describe('remembered connections', () => {
	it('are opened once for the calls of half a second', async () => {
		const { connections, opened } = stage();
		await Promise.all([
			connections.open(organization, { by: 'default' }),
			connections.open(organization, { by: 'default' }),
		]);
		await clock.advance(499);
		await connections.open(organization, { by: 'default' });
		expect(opened).toHaveLength(1);
		await clock.advance(1);
		await connections.open(organization, { by: 'default' });
		expect(opened).toHaveLength(2);
	});

	it('are kept apart by whose and which they are', async () => {
		const { connections, opened } = stage();
		const asked = [
			[organization, { by: 'default' }],
			[ids.next('organization'), { by: 'default' }],
			[[organization], { by: 'default' }],
			[organization, { by: 'name', name: connection }],
			[organization, { by: 'name', name: 'production' }],
			[organization, { by: 'environment', id: environment }],
			[organization, { by: 'login', id: ids.next('odoo_login') }],
		] as const;
		for (const [tenant, choice] of asked) await connections.open(tenant, choice);
		expect(opened).toEqual(asked.map(([tenant, choice]) => ({ tenant, ...choice })));
	});

	it.each<[string, (connections: RememberedConnections) => Promise<unknown>]>([
		['one is made', (connections) => connections.create(organization, request, signal)],
		['one is changed', (connections) => connections.update(organization, connection, {}, signal)],
		['one is deleted', (connections) => connections.delete(organization, connection)],
		['an environment goes', (connections) => connections.removeOf(organization, environment)],
		['another one is the default', (connections) => connections.ensureDefault(organization, environment)],
		[
			'environments changed',
			(connections) => {
				connections.forget();
				return Promise.resolve();
			},
		],
	])('are opened anew after %s, or that failed halfway', async (_what, change) => {
		const { connections, opened } = stage();
		await connections.open(organization, { by: 'default' });
		await change(connections).catch(() => undefined);
		await connections.open(organization, { by: 'default' });
		expect(opened).toHaveLength(2);
	});
});
