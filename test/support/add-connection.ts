import mongoose from 'mongoose';
import { systemClock } from '../../backend/src/core/clock';
import { createIds, idSchema } from '../../backend/src/core/ids';
import { createSecrets, loadMasterKey } from '../../backend/src/core/secrets';
import { connectionCollection } from '../../backend/src/features/connections/model';
import type { OdooAccess } from '../../backend/src/odoo/transport';
import type { TestPlatform } from './platform';

/** Adds a way to an Odoo that the platform does not run to the first run's organization. */
export async function addConnection({ config, firstRun }: TestPlatform, name: string, odoo: OdooAccess) {
	const connection = await mongoose.createConnection(config.mongodbUri ?? '').asPromise();
	const secrets = createSecrets(await loadMasterKey(config.dataDir));
	const id = createIds(systemClock).next('connection');
	await connectionCollection(connection).insert({
		_id: id,
		organization_id: idSchema('organization').parse(firstRun.organization_id),
		name,
		target: { kind: 'external', ...odoo, secret: secrets.encrypt(odoo.secret, id) },
		created_at: systemClock.now(),
	});
	await connection.close();
}
