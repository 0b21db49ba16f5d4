import type { Connection } from 'mongoose';
import { reencrypt } from './database/reencrypt';
import type { Logger } from './core/log';
import type { Secrets } from './core/secrets';
import { proposalCollection } from './features/assistant/model';
import { auditCollection } from './features/audit/model';
import {
	backupCollection,
	backupKeyCollection,
	backupPolicyCollection,
	sealedInBackupKey,
} from './features/backups/model';
import { connectionCollection, defaultConnectionCollection, sealedInConnection } from './features/connections/model';
import { domainCollection } from './features/domains/model';
import { environmentCollection } from './features/environments/model';
import { sealedInVariables, variablesCollection } from './features/environments/variables';
import { eventCollection } from './features/events/model';
import { installationCollection } from './features/first-run/model';
import { claimCollection, sealedInClaim } from './features/idempotency/claims';
import { jobCollection, jobLogCollection } from './features/jobs/model';
import { keyCollection, sealedInKey } from './features/keys/model';
import { callbackCollection, sealedInCallback } from './features/odoo-routes/callbacks/model';
import { logCollection, payloadCollection } from './features/odoo-routes/logs/model';
import { settingsCollection } from './features/odoo-routes/settings/model';
import { memberCollection, organizationCollection, userCollection } from './features/organizations/model';
import { projectCollection } from './features/projects/model';
import { sealedInOdooLogin, odooLoginCollection } from './features/odoo-logins/model';
import { dockerSiteCollection, sealedInDockerSite } from './runtimes/docker/model';
import { windowCollection } from './features/rate-limits/counter';
import { sealedInServer, serverCollection } from './features/servers/model';
import { deliveryCollection, sealedInWebhook, webhookCollection } from './features/webhooks/model';

/** Every collection of the service; each belongs to one feature, and others ask that feature. */
export const openCollections = (connection: Connection) => ({
	organizations: organizationCollection(connection),
	users: userCollection(connection),
	members: memberCollection(connection),
	keys: keyCollection(connection),
	projects: projectCollection(connection),
	environments: environmentCollection(connection),
	variables: variablesCollection(connection),
	domains: domainCollection(connection),
	backups: backupCollection(connection),
	backupPolicies: backupPolicyCollection(connection),
	backupKeys: backupKeyCollection(connection),
	servers: serverCollection(connection),
	dockerSites: dockerSiteCollection(connection),
	connections: connectionCollection(connection),
	odooLogins: odooLoginCollection(connection),
	defaultConnections: defaultConnectionCollection(connection),
	jobs: jobCollection(connection),
	jobLogs: jobLogCollection(connection),
	events: eventCollection(connection),
	webhooks: webhookCollection(connection),
	deliveries: deliveryCollection(connection),
	installation: installationCollection(connection),
	claims: claimCollection(connection),
	odooSettings: settingsCollection(connection),
	odooLogs: logCollection(connection),
	odooPayloads: payloadCollection(connection),
	odooCallbacks: callbackCollection(connection),
	auditEntries: auditCollection(connection),
	proposals: proposalCollection(connection),
	rateWindows: windowCollection(connection),
});

type Collections = ReturnType<typeof openCollections>;

/** Any secret as it is encrypted; null where there is none. */
export async function findSecret({ keys }: Pick<Collections, 'keys'>): Promise<string | null> {
	const signing = await keys.everywhere.findOne({ hmac_secret: { $ne: null } });
	return signing?.hmac_secret ?? null;
}

/** Encrypts under the current master key what is kept under previous ones, collection by collection. */
export async function reencryptAll(
	{
		connections,
		odooLogins,
		keys,
		webhooks,
		odooCallbacks,
		variables,
		servers,
		dockerSites,
		claims,
		backupKeys,
	}: Collections,
	options: { readonly secrets: Secrets; readonly log: Logger },
): Promise<void> {
	await reencrypt(connections, sealedInConnection, { ...options, name: 'connections' });
	await reencrypt(odooLogins, sealedInOdooLogin, { ...options, name: 'odoo logins' });
	await reencrypt(keys, sealedInKey, { ...options, name: 'keys' });
	await reencrypt(webhooks, sealedInWebhook, { ...options, name: 'webhooks' });
	await reencrypt(odooCallbacks, sealedInCallback, { ...options, name: 'callbacks' });
	await reencrypt(variables, sealedInVariables, { ...options, name: 'variables' });
	await reencrypt(backupKeys, sealedInBackupKey, { ...options, name: 'keys of backups' });
	await reencrypt(dockerSites, sealedInDockerSite, { ...options, name: 'environments on servers' });
	await reencrypt(servers, sealedInServer, { ...options, name: 'servers' });
	await reencrypt(claims, sealedInClaim, { ...options, name: 'claims' });
}
