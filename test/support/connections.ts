import { createSecrets, loadMasterKey } from '../../backend/src/core/secrets';
import type { TestPlatform } from './platform';

/** A sandbox environment, as somebody outside reaches its Odoo. */
export async function outsideAccess({ config, url }: Pick<TestPlatform, 'config' | 'url'>, environment: string) {
	const secrets = createSecrets(config.secretKey ?? (await loadMasterKey(config.dataDir)));
	return {
		url: `${url}/sandbox/${environment}`,
		database: 'sandbox',
		login: 'admin',
		api_key: secrets.derive(`sandbox/${environment}`).toString('hex'),
	};
}
