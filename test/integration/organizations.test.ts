import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OrganizationId } from '../../backend/src/core/ids';
import { PERMISSIONS } from '../../backend/src/core/permissions';
import { addKey, addOrganization, startTestPlatform, type TestPlatform } from '../support/platform';

let platform: TestPlatform;
let own: OrganizationId;
let client: OrganizationId;
let stranger: OrganizationId;
let multi: { key: string };

beforeAll(async () => {
	platform = await startTestPlatform();
	own = platform.firstRun.organization_id;
	client = (await addOrganization(platform, { plan: 'free' })).organization_id;
	stranger = (await addOrganization(platform)).organization_id;
	const specification = { organization_id: own, organization_ids: [own, client], scope: 'multi_org' } as const;
	multi = { key: await addKey(platform, specification) };
});

afterAll(() => platform.remove());

const acme = () => ({ id: own, name: 'Acme', plan: 'agency', created_at: expect.any(String) });
const other = () => ({ id: client, name: 'Other', plan: 'free', created_at: expect.any(String) });

describe('GET /me', () => {
	it('tells which key it is, what it sees and what it may do', async () => {
		const { json } = await platform.api('GET', '/api/v1/me');
		expect(json).toMatchObject({
			key: { name: 'owner', scope: 'org', org_id: own, org_ids: null, revoked_at: null },
			organizations: [acme()],
			plan: 'agency',
			permissions: PERMISSIONS,
		});
		expect(json.key).not.toHaveProperty('token');
	});

	it('tells all organizations of a key that sees several', async () => {
		const { json } = await platform.api('GET', '/api/v1/me', undefined, multi);
		expect(json).toMatchObject({
			key: { scope: 'multi_org', org_id: null, org_ids: [own, client] },
			plan: 'agency',
		});
		expect(json.organizations).toEqual([other(), acme()]);
	});

	it('needs no permission and no paid plan', async () => {
		const key = await addKey(platform, { organization_id: client, permissions: [] });
		expect((await platform.api('GET', '/api/v1/me', undefined, { key })).json).toMatchObject({
			plan: 'free',
			permissions: [],
		});
	});
});

describe('organizations', () => {
	it('are listed as far as the key sees them', async () => {
		expect((await platform.api('GET', '/api/v1/organizations')).json.data).toEqual([acme()]);
		expect((await platform.api('GET', '/api/v1/organizations', undefined, multi)).json.data).toEqual([
			other(),
			acme(),
		]);
	});

	it('are found one by one, and not found where the key does not see them', async () => {
		expect((await platform.api('GET', `/api/v1/organizations/${own}`)).json).toEqual(acme());
		expect((await platform.api('GET', `/api/v1/organizations/${client}`, undefined, multi)).json).toEqual(other());
		for (const route of [`/api/v1/organizations/${stranger}`, `/api/v1/organizations/${stranger}/members`]) {
			expect((await platform.api('GET', route, undefined, multi)).status).toBe(404);
		}
	});

	it('have members, shown without their password', async () => {
		expect((await platform.api('GET', `/api/v1/organizations/${own}/members`)).json).toEqual({
			data: [
				{ user_id: expect.stringMatching(/^usr_/), email: 'owner@example.com', name: 'Owner', role: 'owner' },
			],
			next_cursor: null,
		});
	});
});
