import type { Connection } from 'mongoose';
import { z } from 'zod';
import { invalidInput } from '../../core/errors';
import type { EnvironmentId, OrganizationId, Tenant } from '../../core/ids';
import type { Secrets } from '../../core/secrets';
import { sealed } from '../../database/reencrypt';
import { tenantCollection, type TenantCollection } from '../../database/tenant-collection';
import type { EnvironmentsService } from './service';

const MAX_VARIABLES = 100;
/** In bytes of UTF-8. */
const MAX_VALUE = 8_192;

/** A variable as it is kept. */
interface StoredVariable {
	readonly name: string;
	/** Encrypted where it is secret. */
	readonly value: string;
	readonly secret: boolean;
}

/** All variables of an environment, under its id. */
export interface VariablesDocument {
	readonly _id: EnvironmentId;
	readonly organization_id: OrganizationId;
	readonly variables: readonly StoredVariable[];
}

const contextOf = (environment: EnvironmentId, name: string) => `${environment}/${name}`;

export const sealedInVariables = ({ _id, variables }: VariablesDocument) =>
	variables.flatMap(({ name, value, secret }, index) =>
		sealed(`variables.${index}.value`, secret ? value : null, contextOf(_id, name)),
	);

export const variablesCollection = (connection: Connection) =>
	tenantCollection<VariablesDocument>(connection, {
		name: 'environment_variables',
		fields: { variables: [{ name: String, value: String, secret: Boolean }] },
		indexes: [],
	});

const fields = {
	name: z
		.string()
		.max(64)
		.regex(/^[A-Z_][A-Z0-9_]*$/, 'must be capital letters, digits and underscores, and begin with no digit')
		.meta({ description: 'Unique in the environment', examples: ['SMTP_HOST'] }),
	value: z
		.string()
		.refine((value) => Buffer.byteLength(value) <= MAX_VALUE, `must have at most ${MAX_VALUE} bytes`)
		.refine((value) => !value.includes('\0'), 'must not hold the character NUL')
		.nullable()
		.meta({
			description:
				`At most ${MAX_VALUE} bytes of UTF-8. Of a secret always null in replies; null in a request keeps the secret ` +
				'that there is',
		}),
	secret: z.boolean().meta({ description: 'Whether it is kept encrypted and never shown again' }),
};

const variableSchema = z.object(fields).meta({ id: 'Variable' });

export const variablesSchema = z
	.object({ variables: z.array(variableSchema).meta({ description: 'In the order in which they were set' }) })
	.meta({
		id: 'Variables',
		examples: [
			{
				variables: [
					{ name: 'SMTP_HOST', value: 'smtp.example.com', secret: false },
					{ name: 'SMTP_PASSWORD', value: null, secret: true },
				],
			},
		],
	});

export const variablesRequest = z
	.strictObject({
		variables: z
			.array(z.strictObject({ ...fields, secret: fields.secret.default(false) }))
			.max(MAX_VARIABLES)
			.refine(
				(variables) => new Set(variables.map(({ name }) => name)).size === variables.length,
				'must name no variable twice',
			)
			.meta({ description: `All of them, at most ${MAX_VARIABLES}: those that are left out are deleted` }),
	})
	.meta({
		id: 'VariablesRequest',
		examples: [
			{
				variables: [
					{ name: 'SMTP_HOST', value: 'smtp.example.com' },
					{ name: 'SMTP_PASSWORD', value: 'correct horse battery staple', secret: true },
				],
			},
		],
	});

type Variable = z.output<typeof variableSchema>;

export interface VariablesService {
	/** In the order in which they were set, without the values of secrets. @throws {ApiError} 404 */
	list(tenant: Tenant, environment: EnvironmentId): Promise<Variable[]>;
	/** Sets all variables in place of those that there are. @throws {ApiError} 404; 422 for a secret to be kept which is not there */
	replace(tenant: Tenant, environment: EnvironmentId, variables: readonly Variable[]): Promise<Variable[]>;
	/** Names and values, secrets included: for the runtime alone. */
	reveal(organization: OrganizationId, environment: EnvironmentId): Promise<Record<string, string>>;
	/** May be called again. */
	removeOf(organization: OrganizationId, environment: EnvironmentId): Promise<void>;
}

export function createVariablesService({
	variables: collection,
	environments,
	secrets,
}: {
	variables: TenantCollection<VariablesDocument>;
	environments: Pick<EnvironmentsService, 'get' | 'find'>;
	secrets: Secrets;
}): VariablesService {
	const stored = async (organization: OrganizationId, environment: EnvironmentId) =>
		(await collection.findOne(organization, { _id: environment }))?.variables ?? [];
	const present = ({ name, value, secret }: StoredVariable) => ({ name, value: secret ? null : value, secret });
	const removeOf: VariablesService['removeOf'] = async (organization, environment) => {
		await collection.delete(organization, { _id: environment });
	};

	return {
		async list(tenant, id) {
			const { organization_id } = await environments.get(tenant, id);
			return (await stored(organization_id, id)).map(present);
		},
		async replace(tenant, id, wanted) {
			const { organization_id } = await environments.get(tenant, id);
			const kept = new Map((await stored(organization_id, id)).map((variable) => [variable.name, variable]));
			const variables = wanted.map(({ name, value, secret }, index): StoredVariable => {
				if (value !== null) {
					return { name, value: secret ? secrets.encrypt(value, contextOf(id, name)) : value, secret };
				}
				const present = kept.get(name);
				if (secret && present?.secret === true) return present;
				throw invalidInput(
					`/variables/${index}/value`,
					'must be given: there is no secret of this name to keep',
				);
			});
			await collection.update(organization_id, { _id: id }, { $set: { variables } }, { upsert: true });
			// It may have been deleted meanwhile, and nothing of it shall stay.
			if ((await environments.find(tenant, id)) === null) await removeOf(organization_id, id);
			return variables.map(present);
		},
		async reveal(organization, id) {
			return Object.fromEntries(
				(await stored(organization, id)).map(({ name, value, secret }) => [
					name,
					secret ? secrets.decrypt(value, contextOf(id, name)) : value,
				]),
			);
		},
		removeOf,
	};
}
