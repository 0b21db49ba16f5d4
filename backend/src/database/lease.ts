import type { QueryFilter, UpdateQuery } from 'mongoose';
import type { Clock } from '../core/clock';
import type { Doze } from '../waiting/doze';
import { whileRenewing } from '../waiting/while-renewing';
import type { Collection, StoredDocument, UpdateOptions } from './collection';

/**
 * How documents of a collection are leased. A lease makes a document one worker's until a certain time. The worker claims
 * the document with one update that matches free documents only, renews the lease while it works, and gives it back. When
 * the worker dies, the lease runs out, and another worker claims the document.
 */
export interface LeaseTerms {
	/** The field that names the worker. A collection may do without it where no lease is renewed. */
	readonly owner?: string;
	/** The field that says when the lease runs out. It is in the past where the document is free. */
	readonly until: string;
	/** How long a lease lasts, in milliseconds. */
	readonly ms: number;
}

const endOf = ({ ms }: LeaseTerms, clock: Clock) => new Date(clock.now().getTime() + ms);

/** The same update, which sets these fields of a lease as well. */
const setting = <T>(lease: Readonly<Record<string, unknown>>, update: UpdateQuery<T> = {}): UpdateQuery<T> => ({
	...update,
	$set: { ...update.$set, ...lease },
});

interface ClaimRequest<T> extends UpdateOptions {
	/** Who claims; null where the terms have no field for it. */
	readonly owner: string | null;
	/** Which documents the worker wants, free or not. */
	readonly filter: QueryFilter<T>;
	/** What the claim changes beside the lease. */
	readonly update?: UpdateQuery<T>;
}

/** Claims the first free document that is wanted, and answers it; null where none is free. */
export function claim<T extends StoredDocument>(
	collection: Pick<Collection<T>, 'update'>,
	terms: LeaseTerms,
	clock: Clock,
	{ owner, filter, update, sort }: ClaimRequest<T>,
): Promise<T | null> {
	const lease = {
		...(terms.owner === undefined ? {} : { [terms.owner]: owner }),
		[terms.until]: endOf(terms, clock),
	};
	return collection.update({ ...filter, [terms.until]: { $lte: clock.now() } }, setting(lease, update), { sort });
}

/** A lease that a worker has claimed. */
export interface HeldLease<T> {
	/** Aborted once the lease is known to be lost. */
	readonly lost: AbortSignal;
	/**
	 * Changes the document, provided that the lease is still this worker's and that `also` matches. So of two workers who
	 * both think the document theirs, one alone changes it.
	 * @throws what `lostBy` makes, where that is not so
	 */
	readonly change: (update: UpdateQuery<T>, also?: QueryFilter<T>) => Promise<T>;
	/** Works, and renews the lease meanwhile. The work itself must heed `lost`. */
	readonly whileRenewing: <R>(work: () => Promise<R>) => Promise<R>;
}

export function holdLease<T extends StoredDocument>({
	collection,
	terms,
	mine,
	until,
	clock,
	doze,
	lostBy,
	onChange = () => undefined,
	onFailedRenewal,
}: {
	collection: Pick<Collection<T>, 'update'>;
	terms: LeaseTerms;
	/** The fence: matches the document as long as the lease is the one that was claimed. */
	mine: QueryFilter<T>;
	/** When the lease runs out that was claimed. */
	until: Date;
	clock: Clock;
	/** Rousing it renews at once. */
	doze: Doze;
	/** Makes the error that work under a lost lease ends with. */
	lostBy: () => Error;
	/** Is told how the document is after each change and each renewal. */
	onChange?: (document: T) => void;
	/** Is told why the database did not renew. The lease is lost where that lasts until it runs out. */
	onFailedRenewal: (error: unknown) => void;
}): HeldLease<T> {
	const lost = new AbortController();
	let end = until;

	const change: HeldLease<T>['change'] = async (update, also) => {
		lost.signal.throwIfAborted();
		const changed = await collection.update({ ...mine, ...also }, update);
		if (changed === null) {
			const reason = lostBy();
			lost.abort(reason);
			throw reason;
		}
		onChange(changed);
		return changed;
	};

	const renew = async () => {
		const next = endOf(terms, clock);
		try {
			await change(setting({ [terms.until]: next }));
			end = next;
		} catch (error) {
			if (lost.signal.aborted) return false;
			onFailedRenewal(error);
			if (clock.now() >= end) lost.abort(lostBy());
		}
		return !lost.signal.aborted;
	};

	return { lost: lost.signal, change, whileRenewing: (work) => whileRenewing(renew, doze, work) };
}
