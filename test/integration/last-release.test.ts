import { describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { startOnLastRelease } from '../support/last-release';
import { startTestPlatform } from '../support/platform';
import { postSigned } from '../support/signed-request';
import { use } from '../support/use';

/* What the last release left in its database is there, and works, under this one. Runs on both engines. */

const platform = use(startOnLastRelease);

const get = async (route: string) => {
	const { status, json } = await platform().api('GET', `/api/v1${route}`);
	return { status, json };
};

/** Asks the gateway as a client that was set up for the last release. */
const act = async (request: object) => {
	const { url, secrets } = platform();
	const body = JSON.stringify(request);
	return (await postSigned(url, '/api/n8n/webhook', secrets.webhook_key, body)).json;
};

describe('under a new release', () => {
	it('keys authenticate as before', async () => {
		const { organization_id } = platform().secrets;
		expect(await get('/me')).toMatchObject({
			status: 200,
			json: { key: { name: 'owner', org_id: organization_id } },
		});
	});

	it('signed requests are known, and the default connection leads where it led', async () => {
		const domain = [['name', '=', 'Azure Interior']];
		const request = { action: 'execute_method', model: 'res.partner', method: 'search_count', args: [domain] };
		expect(await act(request)).toEqual({ success: true, data: 1 });
	});

	it('members are who they were', async () => {
		expect(await get(`/organizations/${platform().secrets.organization_id}/members`)).toMatchObject({
			json: {
				data: [
					{
						user_id: expect.stringMatching(/^usr_/),
						email: 'owner@example.com',
						name: 'Owner',
						role: 'owner',
					},
				],
				next_cursor: null,
			},
		});
	});

	it('environments are in the status they had', async () => {
		expect(await get('/environments')).toMatchObject({
			json: {
				data: [
					{ name: 'staging', status: 'pending', git_sha: '' },
					{ name: 'production', status: 'running', git_sha: expect.stringMatching(/^[0-9a-f]{40}$/) },
				],
			},
		});
	});

	it('deployments have their history and their logs', async () => {
		const { json } = await get('/deployments');
		const { data } = z.object({ data: z.array(z.looseObject({ id: z.string() })) }).parse(json);
		expect(data).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
		expect(await get(`/deployments/${data[0]?.id ?? ''}/logs`)).toMatchObject({
			json: { data: expect.arrayContaining([expect.objectContaining({ text: expect.any(String) })]) },
		});
	});

	it('jobs are listed', async () => {
		expect(await get('/jobs')).toMatchObject({ json: { data: [{ kind: 'deploy' }, { kind: 'deploy' }] } });
	});

	it('events are listed', async () => {
		expect(await get('/events?limit=1')).toMatchObject({ json: { data: [{ type: 'deployment.succeeded' }] } });
	});

	it('connections open with the secrets they were given', async () => {
		const { api, secrets } = platform();
		const { status } = await api('POST', `/api/v1/odoo-connections/${secrets.connection_id}/test`);
		expect(status).toBe(200);
	});

	it('who was logged in to an Odoo is still', async () => {
		const { url, secrets } = platform();
		const reply = await fetch(`${url}/api/n8n/webhook`, {
			method: 'POST',
			headers: { Cookie: secrets.session, 'Content-Type': 'application/json' },
			body: JSON.stringify({ action: 'test_connection' }),
		});
		expect(reply.status).toBe(200);
	});

	it('a paused webhook sends what waited, in order and signed with the same secret', async () => {
		const { api, secrets, receiver } = platform();
		await api('POST', `/api/v1/webhooks/${secrets.webhook.id}/resume`);
		await receiver.received(3);
		const webhook = new Webhook(secrets.webhook.secret);
		const events = receiver.requests.map(({ headers, body }) =>
			webhook.verify(
				body,
				Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
			),
		);
		expect(events).toMatchObject([
			{ type: 'deployment.queued' },
			{ type: 'deployment.started' },
			{ type: 'deployment.succeeded' },
		]);
	});

	it('environments deploy with the variables they had', async () => {
		const { api, secrets } = platform();
		const deploy = { ref: 'main', wait: true };
		const { json } = await api('POST', `/api/v1/environments/${secrets.environments.production}/deploy`, deploy);
		expect(json).toMatchObject({ status: 'succeeded' });
		expect(await get(`/environments/${secrets.environments.production}/variables`)).toMatchObject({
			json: {
				variables: [
					{ name: 'SMTP_HOST', value: 'smtp.example.com' },
					{ name: 'SMTP_PASSWORD', value: null, secret: true },
				],
			},
		});
	});
});

describe('the database of the last release', () => {
	/** The collections that every start makes, and their indexes. */
	const shapeOf = async (connection: mongoose.Connection) => {
		const collections = (await connection.listCollections()).filter(({ name }) => name !== 'sandbox_journal');
		const shapes = collections.map(async ({ name }) => {
			const indexes = await connection.collection(name).indexes();
			return [
				name,
				indexes
					.map(({ name: index, unique, sparse, expireAfterSeconds }) =>
						JSON.stringify({ index, unique, sparse, expireAfterSeconds }),
					)
					.sort(),
			] as const;
		});
		return Object.fromEntries(await Promise.all(shapes));
	};

	it('has the collections and indexes of a new one', async () => {
		const fresh = await startTestPlatform();
		const connection = await mongoose.createConnection(fresh.config.mongodbUri ?? '').asPromise();
		const wanted = await shapeOf(connection);
		await connection.close();
		await fresh.remove();
		expect(await shapeOf(platform().connection)).toEqual(wanted);
	});
});
