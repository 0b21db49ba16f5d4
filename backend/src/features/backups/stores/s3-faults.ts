import { isNativeError } from 'node:util/types';
import { systemCode } from '../../../core/errors';
import { BackupStoreError, type BackupStoreErrorCode } from './store';

/** What S3's error names, statuses and the codes of Node.js mean to whoever set the variables. */
const FAULTS: readonly (readonly [pattern: RegExp, code: BackupStoreErrorCode, message: string])[] = [
	[/^(NoSuchKey|NotFound)$/, 'missing', 'There is no such object in the S3 store of backups.'],
	[/^NoSuchBucket$/, 'refused', 'The S3 store has no bucket of the name in BACKUP_S3_BUCKET.'],
	[
		/^(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|ExpiredToken|Unauthorized|401)$/,
		'refused',
		'The S3 store refuses the credentials in BACKUP_S3_ACCESS_KEY_ID and BACKUP_S3_SECRET_ACCESS_KEY.',
	],
	[
		/^(AuthorizationHeaderMalformed|PermanentRedirect|TemporaryRedirect|IllegalLocationConstraintException|301|307)$/,
		'refused',
		'The S3 store has the bucket in another region than BACKUP_S3_REGION says.',
	],
	[/^RequestTimeTooSkewed$/, 'refused', 'The S3 store refuses requests, for the clock of this machine is wrong.'],
	[/^(QuotaExceeded|XMinioStorageFull|EntityTooLarge|413|507)$/, 'full', 'The S3 store has no room for more.'],
	[
		/^(AccessDenied|AllAccessDisabled|403)$/,
		'refused',
		'The S3 store does not let these credentials do all of what is needed in the bucket: ' +
			'list, get, put and delete objects; list and abort multipart uploads.',
	],
	[/^(ENOTFOUND|EAI_AGAIN)$/, 'unreachable', 'The S3 store cannot be reached: its name was not found.'],
	[/^ECONNREFUSED$/, 'unreachable', 'The S3 store cannot be reached: it refused the connection.'],
	[/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'unreachable', 'There is no way to the network of the S3 store.'],
	[/^(ETIMEDOUT|TimeoutError)$/, 'unreachable', 'The S3 store did not answer in time.'],
	[/CERT|^ERR_TLS|^UNABLE_TO_/, 'unreachable', 'The TLS certificate of the S3 store was not accepted.'],
	[/^ERR_SSL|^EPROTO$/, 'unreachable', 'No TLS is spoken by the S3 store; is BACKUP_S3_ENDPOINT of http?'],
	[/^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/, 'broken_off', 'The S3 store broke the connection off.'],
	[
		/^(SlowDown|ServiceUnavailable|429|502|503|504)$/,
		'unreachable',
		'The S3 store takes no more work at the moment.',
	],
];

/** The fault of a store in words; what is no fault of the store's, as it is. */
export function s3Fault(cause: unknown): unknown {
	if (!isNativeError(cause) || cause instanceof BackupStoreError) return cause;
	// The codes of Node.js first: the SDK calls a connection that was reset a timeout.
	const names = [systemCode(cause), cause.name, statusOf(cause)].flatMap((name) =>
		typeof name === 'string' || typeof name === 'number' ? [String(name)] : [],
	);
	for (const name of names) {
		const fault = FAULTS.find(([pattern]) => pattern.test(name));
		if (fault) return new BackupStoreError(fault[1], fault[2], { cause });
	}
	return new BackupStoreError('failed', `The S3 store does not do what it shall (${names.join(', ')}).`, { cause });
}

/** The status of an answer that was an error. */
export function statusOf(error: unknown): number | undefined {
	if (!isNativeError(error) || !('$metadata' in error)) return undefined;
	const { $metadata: metadata } = error;
	if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
	return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
