import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../core/clock';
import { ApiError } from '../core/errors';
import type { OrganizationId } from '../core/ids';
import type { Logger } from '../core/log';
import type { Secrets } from '../core/secrets';
import { createDoze } from '../waiting/doze';
import { LEASE_MS, whileRenewing } from '../waiting/while-renewing';
import { callerId } from '../access/caller';
import { blankNotes, type Notes, notesSchema } from './notes';
import { jsonPartsOf, sizeOfParts } from './json-parts';
import type { Once, Route, RouteReply, RouteRequest } from './route';
import { statusOf } from './status-of';

/** A request's hold on its Idempotency-Key. */
export interface Claim {
	/** Digest of the API key, the route with its parameters, and the Idempotency-Key. */
	readonly id: string;
	readonly organization_id: OrganizationId;
	/** Digest of the query and the body. */
	readonly request_hash: string;
	/** Names what the request is to bring about; whoever takes the claim over goes on under it. */
	readonly effect_id: string;
	/** Who runs it, until then. */
	readonly owner: string;
	readonly lease_until: Date;
	/** Set when its run failed (5xx), so that the next may begin. */
	readonly failed: boolean;
	/** Encrypted: replies may show a secret once. Null until there is one. */
	readonly reply: string | null;
	readonly expires_at: Date;
}

/** Where claims are kept, for all replicas. An interface, so that the pipeline knows no database. */
export interface ClaimStore {
	/** Keeps a claim unless one of its id is there: answers that one; null when the new one is kept. */
	open(claim: Claim): Promise<Claim | null>;
	/** Gives a claim without a reply whose lease is over to another owner; null when it is not so any more. */
	takeOver(claim: Claim, heir: Pick<Claim, 'owner' | 'lease_until'>, now: Date): Promise<Claim | null>;
	/** Changes a claim while it is its owner's. */
	change(claim: Claim, change: Partial<Pick<Claim, 'lease_until' | 'failed' | 'reply'>>): Promise<void>;
	/** Removes a claim while it is its owner's. */
	remove(claim: Claim): Promise<void>;
}

/** What of a route bears on how its work is run. */
type RouteOf = Pick<Route, 'method' | 'path' | 'statuses' | 'errorReply'>;

export interface Idempotency {
	/**
	 * How the work of this request is run: once for each Idempotency-Key, or simply, where none was sent.
	 * @throws {ApiError} 422 invalid_idempotency_key
	 */
	of(
		route: RouteOf,
		request: Pick<RouteRequest, 'params' | 'query' | 'headers' | 'rawBody' | 'caller' | 'signal' | 'notes'>,
	): Once;
	/** Breaks off what runs still, and resolves when no more is written. */
	stop(): Promise<void>;
}

const KEPT_MS = 24 * 60 * 60 * 1_000;
/** 1 to 255 printable characters of ASCII, as every header can carry them. */
const PRINTABLE = /^[ -~]{1,255}$/;

/** The largest reply that is kept, in bytes of JSON: encrypted and in base64 it stays below MongoDB's 16 MiB a document. */
const KEPT_BYTES = 8 * 1024 * 1024;

const keptReply = z.union([
	z.object({
		status: z.int(),
		headers: z.record(z.string(), z.string()),
		body: z.unknown().optional(),
		/** Replies that were kept by an earlier version have none. */
		notes: notesSchema.default(blankNotes),
	}),
	/** What is kept of a reply that is larger: that there was one. */
	z.object({ status: z.int(), omitted_bytes: z.int() }),
]);

/**
 * Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): the first reply again for 24 hours.
 * docs/decisions/idempotency.md says what is kept, what is not, and what follows a crash.
 */
export function createIdempotency({
	store,
	secrets,
	clock,
	log,
}: {
	store: ClaimStore;
	secrets: Pick<Secrets, 'encrypt' | 'decrypt'>;
	clock: Clock;
	log: Logger;
}): Idempotency {
	const running = new Set<Promise<unknown>>();
	const stopped = new AbortController();
	const after = (ms: number) => new Date(clock.now().getTime() + ms);

	/** The claim, now this request's own; or the one whose reply is there already. */
	const acquire = async (wanted: Claim, resumable: boolean): Promise<Claim> => {
		for (;;) {
			const found = await store.open(wanted);
			if (found === null) return wanted;
			const now = clock.now();
			if (found.expires_at <= now) {
				await store.remove(found);
				continue;
			}
			if (found.request_hash !== wanted.request_hash) throw reused();
			if (found.reply !== null) return found;
			if (found.lease_until > now) throw inProgress();
			if (!resumable && !found.failed) throw interrupted();
			const taken = await store.takeOver(found, wanted, now);
			if (taken === null) throw inProgress();
			return taken;
		}
	};

	/** Nobody is told when this fails: the reply counts, and the claim's lease runs out by itself. */
	const quietly = async (change: Promise<void>) => {
		try {
			await change;
		} catch (error) {
			log.error({ err: error }, 'a claim of an Idempotency-Key could not be written');
		}
	};

	const renew = async (claim: Claim) => {
		await quietly(store.change(claim, { lease_until: after(LEASE_MS) }));
		return true;
	};

	const settle = async (claim: Claim, { status, headers, body }: RouteReply, notes: Notes) => {
		const reply = { status, headers, body, notes };
		const parts = jsonPartsOf(reply) ?? [Buffer.from(JSON.stringify(reply))];
		const bytes = sizeOfParts(parts);
		const kept =
			bytes <= KEPT_BYTES ? Buffer.concat(parts).toString() : JSON.stringify({ status, omitted_bytes: bytes });
		await store.change(claim, { reply: secrets.encrypt(kept, claim.id) });
	};

	const release = (claim: Claim, error: unknown, route: RouteOf) => {
		if (error instanceof ApiError && statusOf(error.code, route) < 500) return store.remove(claim);
		// Without the database's answer nobody knows whether the change was made: it is as if the process had died.
		const isKnown = !(error instanceof ApiError && error.code === 'database_unavailable');
		return store.change(claim, { ...(isKnown ? { failed: true } : {}), lease_until: clock.now() });
	};

	const run = (claim: Claim, work: Parameters<Once>[0], { route, notes }: { route: RouteOf; notes: Notes }) =>
		whileRenewing(
			() => renew(claim),
			createDoze(clock),
			async () => {
				try {
					// Its client may leave and ask again: the work goes on, so that it has an end that can be told.
					const reply = await work({ effect_id: claim.effect_id, signal: stopped.signal });
					await quietly(settle(claim, reply, notes));
					return reply;
				} catch (error) {
					// Broken off by us, it is as if the process had died: nobody knows how far it came.
					if (!stopped.signal.aborted) await quietly(release(claim, error, route));
					throw error;
				}
			},
		);

	return {
		of(route, { params, query, headers, rawBody, caller, signal, notes }) {
			const { method, path } = route;
			const key = headers['idempotency-key'];
			if (method === 'get' || key === undefined) return (work) => work({ effect_id: null, signal });
			if (typeof key !== 'string' || !PRINTABLE.test(key)) {
				throw new ApiError(
					'invalid_idempotency_key',
					'Idempotency-Key must be 1 to 255 printable ASCII characters, and new for each thing to be done.',
				);
			}
			return async (work, { resumable }) => {
				const claim = await acquire(
					{
						id: digest(JSON.stringify([callerId(caller), method, path, params, key])),
						organization_id: caller.organization_id,
						request_hash: digest(JSON.stringify(query), rawBody),
						effect_id: randomUUID(),
						owner: randomUUID(),
						lease_until: after(LEASE_MS),
						failed: false,
						reply: null,
						expires_at: after(KEPT_MS),
					},
					resumable,
				);
				if (claim.reply !== null) return replay(secrets.decrypt(claim.reply, claim.id), notes);
				const reply = run(claim, work, { route, notes });
				running.add(reply);
				try {
					return await reply;
				} finally {
					running.delete(reply);
				}
			};
		},
		async stop() {
			stopped.abort();
			await Promise.allSettled(running);
		},
	};
}

function digest(...parts: readonly (string | Buffer)[]): string {
	const hash = createHash('sha256');
	for (const part of parts) hash.update(part).update('\n');
	return hash.digest('hex');
}

/**
 * The reply that was kept; what its work found out goes into `notes`.
 * @throws {ApiError} 409 idempotency_reply_too_large
 */
function replay(text: string, notes: Notes): RouteReply {
	const reply = keptReply.parse(JSON.parse(text));
	if ('omitted_bytes' in reply) throw omitted(reply);
	const { status, headers, body, notes: kept } = reply;
	Object.assign(notes, kept);
	return { status, body, headers: { ...headers, 'Idempotency-Replayed': 'true' } };
}

const reused = () =>
	new ApiError(
		'idempotency_key_reused',
		'This Idempotency-Key was sent with another body before. Send the same body, or a new key.',
	);

const omitted = ({ status, omitted_bytes }: { status: number; omitted_bytes: number }) =>
	new ApiError(
		'idempotency_reply_too_large',
		`The first request with this Idempotency-Key was carried out and answered ${status}, but its reply of ` +
			`${mebibytes(omitted_bytes)} MiB was too large to be kept (${mebibytes(KEPT_BYTES)} MiB are). ` +
			'To read, ask with a new key, or without one.',
	);

const mebibytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);

const inProgress = () =>
	new ApiError(
		'idempotency_in_progress',
		'The first request with this Idempotency-Key is still running. Send it again in a moment.',
		{ headers: { 'Retry-After': '2' } },
	);

const interrupted = () =>
	new ApiError(
		'idempotency_interrupted',
		'The service stopped amid the first request with this Idempotency-Key, so it may or may not have been carried ' +
			'out. See whether it was, and if not send it with a new key.',
	);
