import type { OrganizationId } from '../../core/ids';
import type { Secrets } from '../../core/secrets';
import type { TenantCollection } from '../../database/tenant-collection';
import { type BackupKey, makeBackupKey } from './encryption';
import type { BackupKeyDocument } from './model';

export interface BackupKeys {
	/** The organization's; made when it is first asked for. */
	of(organization: OrganizationId): Promise<BackupKey>;
}

export function createBackupKeys({
	backupKeys,
	secrets,
}: {
	backupKeys: TenantCollection<BackupKeyDocument>;
	secrets: Secrets;
}): BackupKeys {
	const find = async (organization_id: OrganizationId): Promise<BackupKey | null> => {
		const found = await backupKeys.findOne(organization_id, { _id: organization_id });
		return found && { recipient: found.recipient, identity: secrets.decrypt(found.identity, found._id) };
	};
	return {
		async of(organization_id) {
			const known = await find(organization_id);
			if (known !== null) return known;
			const { recipient, identity } = await makeBackupKey();
			const sealed = secrets.encrypt(identity, organization_id);
			await backupKeys.insertNew([{ _id: organization_id, organization_id, recipient, identity: sealed }]);
			// Another replica may have been first.
			const kept = await find(organization_id);
			if (kept === null) throw new Error('a key for backups was not kept');
			return kept;
		},
	};
}
