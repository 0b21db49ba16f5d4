import type { Logger } from '../core/log';
import type { Secrets } from '../core/secrets';
import type { TenantCollection, TenantDocument } from './tenant-collection';

/** A ciphertext in a document. */
export interface SealedField {
	/** The path of the field, as an update names it, e.g. `variables.0.value`. */
	readonly path: string;
	readonly cipher: string;
	/** The context with which it was encrypted. */
	readonly context: string;
}

/** The ciphertext at that path; an empty list if there is none. */
export const sealed = (path: string, cipher: string | null, context: string): SealedField[] =>
	cipher === null ? [] : [{ path, cipher, context }];

/** How many documents are read at a time. They must fit into one batch of a reply. */
const PAGE = 100;

/**
 * Encrypts all secrets of a collection with the current master key that are encrypted with an earlier one. The service
 * works meanwhile: a secret that somebody changes at the same moment is left alone. If it is interrupted, it begins
 * again at the next start. A secret that cannot be decrypted is logged and left as it is, so that one document cannot
 * keep the service from starting.
 */
export async function reencrypt<T extends TenantDocument>(
	collection: TenantCollection<T>,
	sealedIn: (document: T) => readonly SealedField[],
	{ secrets, log, name }: { readonly secrets: Secrets; readonly log: Logger; readonly name: string },
): Promise<void> {
	const { everywhere }: Pick<TenantCollection<TenantDocument>, 'everywhere'> = collection;
	const outcome = { renewed: 0, unreadable: 0 };
	const renew = async (_id: string, { path, cipher, context }: SealedField) => {
		const age = secrets.ageOf(cipher);
		if (age === 'unknown') outcome.unreadable += 1;
		if (age !== 'previous') return;
		const plain = opened(secrets, { path, cipher, context });
		if (plain === null) {
			outcome.unreadable += 1;
			log.error(
				{ collection: name, document_id: _id, path },
				'a secret was changed or damaged; it is left as it is',
			);
			return;
		}
		const fresh = secrets.encrypt(plain, context);
		const renewed = await everywhere.update({ _id, [path]: cipher }, { $set: { [path]: fresh } });
		if (renewed !== null) outcome.renewed += 1;
	};
	for (let after = ''; ;) {
		const page = await collection.everywhere.find({ _id: { $gt: after } }, { sort: { _id: 1 }, limit: PAGE });
		for (const document of page) {
			for (const field of sealedIn(document)) await renew(document._id, field);
		}
		const last = page.at(-1);
		if (last === undefined) break;
		after = last._id;
	}
	if (outcome.unreadable > 0) {
		log.error(
			{ collection: name, ...outcome },
			'secrets cannot be read: their master key is not configured, or they are damaged',
		);
	} else if (outcome.renewed > 0) {
		log.info({ collection: name, ...outcome }, 'secrets were encrypted anew');
	}
}

/** Null if the ciphertext was changed or damaged, which the id of its key does not show. */
function opened(secrets: Secrets, { cipher, context }: SealedField): string | null {
	try {
		return secrets.decrypt(cipher, context);
	} catch {
		return null;
	}
}
