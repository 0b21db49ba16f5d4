import { isIP } from 'node:net';
import { z } from 'zod';
import { createdAt, pathId } from '../../http/fields';
import { defineRoute, reply, type Route } from '../../http/route';
import { DOMAIN_NAME } from '../../net/domain-name';
import type { DomainDocument } from './model';
import type { DomainsService } from './service';

const domainName = z
	.string()
	.regex(DOMAIN_NAME, 'must be a name of the DNS in lower case, e.g. `shop.example.com`')
	.refine((name) => isIP(name) === 0, 'must be a name, not an address')
	.meta({ description: 'A name of the DNS in lower case; international ones as `xn--…`' });

const domainSchema = z
	.object({ domain: domainName, created_at: createdAt })
	.meta({ id: 'Domain', examples: [{ domain: 'shop.example.com', created_at: '2026-05-07T14:23:11.400Z' }] });
const domainRequest = z
	.strictObject({ domain: domainName })
	.meta({ id: 'DomainRequest', examples: [{ domain: 'shop.example.com' }] });
const domainsSchema = z.object({ domains: z.array(domainSchema).meta({ description: 'By name' }) }).meta({
	id: 'Domains',
	examples: [{ domains: [{ domain: 'shop.example.com', created_at: '2026-05-07T14:23:11.400Z' }] }],
});

const present = ({ _id, created_at }: DomainDocument) => ({ domain: _id, created_at: created_at.toISOString() });

const ofEnvironment = z.strictObject({ environment_id: pathId('environment') });
const ofDomain = z.strictObject({
	environment_id: pathId('environment'),
	domain: domainName.meta({ description: 'One of the environment' }),
});
const change = { by: 'key', permission: 'environments:write', plan: 'starter' } as const;

/** Names of their owners' that lead to environments. */
export const domainRoutes = ({ domains }: { domains: DomainsService }): Route[] => [
	defineRoute({
		method: 'get',
		path: '/api/v1/environments/{environment_id}/domains',
		operationId: 'listEnvironmentDomains',
		summary: 'List the domains that lead to an environment, besides its own address',
		access: { by: 'key', permission: 'environments:read', plan: 'starter' },
		input: { params: ofEnvironment },
		responses: { 200: domainsSchema },
		handle: async ({ params, caller }) => {
			const found = await domains.list(caller.tenant, params.environment_id);
			return reply(200, { domains: found.map(present) });
		},
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/environments/{environment_id}/domains',
		operationId: 'addEnvironmentDomain',
		summary: 'Have a domain lead to an environment, once the DNS shows that its owner wants it',
		notes:
			'The DNS must say so first: the domain is a CNAME of the host of `primary_url`, or `_odoo-platform.` before it has ' +
			'a TXT record with the id of the environment. On a server with a base domain, its certificate comes by itself once the ' +
			'name leads to the server.',
		access: change,
		errors: ['domain_not_proven', 'domain_taken'],
		input: { params: ofEnvironment, body: domainRequest },
		responses: { 201: domainSchema },
		handle: async ({ params, body, caller }) =>
			reply(201, present(await domains.add(caller.tenant, params.environment_id, body.domain))),
	}),
	defineRoute({
		method: 'delete',
		path: '/api/v1/environments/{environment_id}/domains/{domain}',
		operationId: 'removeEnvironmentDomain',
		summary: 'Have a domain lead to an environment no longer',
		access: change,
		input: { params: ofDomain },
		responses: { 204: z.undefined() },
		handle: async ({ params, caller }) => {
			await domains.remove(caller.tenant, params.environment_id, params.domain);
			return reply(204, undefined);
		},
	}),
];
