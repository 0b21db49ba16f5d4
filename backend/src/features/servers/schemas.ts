import { z } from 'zod';
import { organizationField } from '../../access/organization-for';
import { createdAt, ownerId, ownId } from '../../http/fields';
import { DOMAIN_NAME } from '../../net/domain-name';
import { addressOf, sshSchema, tlsSchema } from './address';
import { PROBLEMS, SERVER_STATUSES } from './health';
import type { Server } from './service';

const MAX_LABELS = 30;

const port = z.int().min(1).max(65_535);

const endpoint = z
	.string()
	.max(400)
	.refine((text) => addressOf(text) !== null, 'must be tcp://host:2376, ssh://user@host or unix:///path')
	.meta({
		description:
			'Where its Docker Engine answers: `tcp://host:port` with mutual TLS (2376 where no port is named), ' +
			'`ssh://user@host:port` (22), or `unix:///path` on the machine of the service, for its operator alone. On the ' +
			'public internet, unless the configuration of the service opens other ranges',
		examples: ['tcp://docker-1.example.com:2376'],
	});

const labelName = z.string().regex(/^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$/, 'must be lower-case letters and digits');
const labelValue = z.string().min(1).max(100);

/** Labels as they are sent and shown. */
export const labelsSchema = z
	.record(labelName, labelValue)
	.refine((labels) => Object.keys(labels).length <= MAX_LABELS, `must be at most ${MAX_LABELS}`);

const ingressFields = {
	host: z
		.string()
		.min(1)
		.max(253)
		.regex(/^[a-zA-Z0-9.:-]+$/, 'must be a name or an address')
		.meta({
			description: "Where the server's ingress answers, for the service; left out, the host of `endpoint`",
		}),
	http_port: port.meta({ description: 'The port of the server that its ingress takes for HTTP' }),
	https_port: port.meta({ description: 'The one for HTTPS' }),
};

const settings = {
	name: z.string().trim().min(1).max(100).meta({ description: 'Unique in the organization' }),
	endpoint,
	tls: tlsSchema.optional().meta({ description: 'For an `endpoint` of `tcp`: what proves the service there' }),
	ssh: sshSchema.optional().meta({ description: 'For an `endpoint` of `ssh`: what proves the service there' }),
	labels: labelsSchema.meta({
		description:
			'By which environments choose their server: lower-case names with values of at most 100 characters',
		examples: [{ region: 'eu' }],
	}),
	capacity: z
		.strictObject({
			environments: z
				.int()
				.min(0)
				.max(10_000)
				.nullable()
				.meta({ description: 'How many it takes; null: any number' }),
		})
		.meta({ description: 'What it takes' }),
	drain: z.boolean().meta({ description: 'Whether it keeps the environments that it has and takes no new ones' }),
	base_domain: z
		.string()
		.regex(DOMAIN_NAME, 'must be a domain name in lower case')
		.nullable()
		.meta({
			description:
				'Below which its environments get their names over HTTPS: `*.` before it must lead to the server. null: they ' +
				'are reached on the server itself, below `localhost`',
			examples: ['apps.example.com'],
		}),
};

const ingress = z.strictObject({
	host: ingressFields.host.optional(),
	http_port: ingressFields.http_port.default(80),
	https_port: ingressFields.https_port.default(443),
});
const ingressMeta = { description: 'Where its ingress answers; what it says is used from the next environment on' };

export const serverRequest = z
	.strictObject({
		...organizationField,
		...settings,
		labels: settings.labels.default({}),
		capacity: settings.capacity.default({ environments: null }),
		drain: settings.drain.default(false),
		base_domain: settings.base_domain.default(null),
		ingress: ingress.default({ http_port: 80, https_port: 443 }).meta(ingressMeta),
	})
	.meta({
		id: 'ServerRequest',
		examples: [
			{
				name: 'docker-1',
				endpoint: 'ssh://deploy@docker-1.example.com',
				ssh: {
					private_key:
						'-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n',
					host_key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHpXKjW9s1Zq8u7cZ0m1y0m3s6w8v0q2r4t6y8u0i2o4',
				},
				labels: { region: 'eu' },
				capacity: { environments: 20 },
				base_domain: 'apps.example.com',
			},
		],
	});

export const serverChange = z
	.strictObject({ ...settings, ingress: ingress.meta(ingressMeta) })
	.partial()
	.meta({ id: 'ServerChange', examples: [{ drain: true }] });

const bytes = z.int().min(0);

export const serverSchema = z
	.object({
		id: ownId('server'),
		org_id: ownerId,
		name: settings.name,
		endpoint: z.string().meta({ description: 'Where its Docker Engine answers' }),
		labels: z.record(z.string(), z.string()).meta({ description: 'By which environments choose their server' }),
		capacity: z
			.object({
				environments: z.int().nullable().meta({ description: 'How many it takes; null: any number' }),
			})
			.meta({ description: 'What it takes' }),
		drain: settings.drain,
		ingress: z
			.object({ ...ingressFields, host: z.string().meta({ description: 'For the service' }) })
			.meta({ description: 'Where its ingress answers' }),
		base_domain: z
			.string()
			.nullable()
			.meta({ description: 'Below which its environments get their names; null: it has none of its own' }),
		status: z.enum(SERVER_STATUSES).meta({
			description:
				'`degraded` after three looks in a row that found something wrong, and until two in a row did not; nothing is ' +
				'placed on it then. It is looked at every 10 seconds',
		}),
		reason: z
			.enum(PROBLEMS)
			.nullable()
			.meta({
				description:
					'Why it is degraded; null where it is not. `unreachable`: its Engine does not answer; `disk`, `memory`: less ' +
					"than 5 % is free; `container`: one of the service's containers was restarted three times or more, and just now",
			}),
		engine_version: z.string().meta({ description: 'Of its Docker Engine' }),
		cpus: z.int().meta({ description: 'How many cores it has' }),
		memory_bytes: bytes.meta({ description: 'How much memory it has' }),
		free_memory_bytes: bytes.nullable().meta({
			description:
				"What its kernel can still give out (`MemAvailable`), read in one of the service's containers there; null while " +
				'none runs',
		}),
		disk_free_bytes: bytes.nullable().meta({
			description:
				"What is free where Docker keeps its containers (`df /`), read in one of the service's containers there; null " +
				'while none runs',
		}),
		environments: z.int().min(0).meta({ description: 'How many run there' }),
		checked_at: z.iso.datetime().meta({ description: 'When it last answered' }),
		created_at: createdAt,
	})
	.meta({
		id: 'Server',
		examples: [
			{
				id: 'srv_01HXMZ3B9TK6R5T7V9X1Z3B5C7',
				org_id: 'org_01HXMW8QPK3R5T7V9X1Z3B5C7D',
				name: 'docker-1',
				endpoint: 'ssh://deploy@docker-1.example.com',
				labels: { region: 'eu' },
				capacity: { environments: 20 },
				drain: false,
				ingress: { host: 'docker-1.example.com', http_port: 80, https_port: 443 },
				base_domain: 'apps.example.com',
				status: 'ready',
				reason: null,
				engine_version: '28.2.2',
				cpus: 8,
				memory_bytes: 33_554_432_000,
				free_memory_bytes: 21_474_836_480,
				disk_free_bytes: 107_374_182_400,
				environments: 3,
				checked_at: '2026-05-07T15:02:40.091Z',
				created_at: '2026-05-04T10:31:05.220Z',
			},
		],
	});

export const presentServer = ({ environments, ...server }: Server) => ({
	id: server._id,
	org_id: server.organization_id,
	name: server.name,
	endpoint: server.endpoint,
	labels: server.labels,
	capacity: { environments: server.capacity },
	drain: server.drain,
	ingress: server.ingress,
	base_domain: server.base_domain,
	status: server.status,
	reason: server.reason,
	engine_version: server.engine_version,
	cpus: server.cpus,
	memory_bytes: server.memory_bytes,
	free_memory_bytes: server.free_memory_bytes,
	disk_free_bytes: server.disk_free_bytes,
	environments,
	checked_at: server.checked_at.toISOString(),
	created_at: server.created_at.toISOString(),
});

export const serverTestSchema = z
	.object({
		ok: z.boolean().meta({ description: 'Whether its Docker Engine answered just now; if not, `error` says why' }),
		engine_version: z.string().nullable().meta({ description: 'Of its Docker Engine; null where none answered' }),
		error: z
			.object({
				code: z
					.enum(['server_unreachable', 'server_credentials_refused', 'server_address_refused'])
					.meta({ description: 'Stable' }),
				message: z.string().meta({ description: 'What happened and what to do about it, for people' }),
			})
			.nullable()
			.meta({ description: 'What is wrong; null where nothing is' }),
	})
	.meta({ id: 'ServerTest', examples: [{ ok: true, engine_version: '28.2.2', error: null }] });
