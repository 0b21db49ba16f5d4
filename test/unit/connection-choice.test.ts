import { describe, expect, it } from '@jest/globals';
import type { Caller } from '../../backend/src/access/caller';
import { createIds } from '../../backend/src/core/ids';
import { choiceOf } from '../../backend/src/features/connections/choice';
import { createFakeClock } from '../support/fake-clock';
import { keyCaller } from '../support/key-caller';

const ids = createIds(createFakeClock());
const organization_id = ids.next('organization');
const connection = ids.next('connection');
const environment_id = ids.next('environment');
const login_id = ids.next('odoo_login');

const free = keyCaller({ organization_id, scope: 'webhook' });
const bound = keyCaller({ organization_id, scope: 'webhook', connection_id: connection });
const login: Caller = {
	kind: 'odoo_login',
	login_id,
	organization_id,
	tenant: organization_id,
	plan: 'free',
	permissions: new Set(['odoo:read', 'odoo:write']),
	actor: 'somebody@example.com',
};

describe('the connection that a request means', () => {
	it.each([
		['a key that is not bound', free, {}, { by: 'default' }],
		['a key that is not bound', free, { connection: 'erp' }, { by: 'name', name: 'erp' }],
		['a key that is not bound', free, { environment_id }, { by: 'environment', id: environment_id }],
		['a bound key', bound, {}, { by: 'name', name: connection }],
		['a bound key', bound, { connection }, { by: 'name', name: connection }],
		['a login to an Odoo', login, {}, { by: 'login', id: login_id }],
	])('is, for %s, of %j that of %j', (_who, caller, named, choice) => {
		expect(choiceOf(caller, named)).toEqual(choice);
	});

	it.each([
		['a bound key', bound, { connection: 'erp' }],
		['a bound key', bound, { environment_id }],
		['a login to an Odoo', login, { connection: login_id }],
		['a login to an Odoo', login, { environment_id }],
	])('is, for %s, none that it names elsewhere', (_who, caller, named) => {
		expect(() => choiceOf(caller, named)).toThrow(expect.objectContaining({ code: 'connection_bound' }));
	});

	it('is one alone', () => {
		const named = { connection: 'erp', environment_id };
		expect(() => choiceOf(free, named)).toThrow(expect.objectContaining({ code: 'validation_failed' }));
	});
});
