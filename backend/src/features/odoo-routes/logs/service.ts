import type { QueryFilter } from 'mongoose';
import { notFound } from '../../../core/errors';
import { idAfter, idBefore, type Ids, type LogId, type Tenant } from '../../../core/ids';
import type { Logger } from '../../../core/log';
import type { TenantCollection } from '../../../database/tenant-collection';
import type { OdooSettingsService } from '../settings/service';
import type { Excerpt, LogDocument, Payload, PayloadDocument } from './model';
import { Redaction, type Sent } from './redaction';

/** The longest call. A log's `at` is the beginning of its call, and the time in its id is the end. */
const LONGEST_CALL_MS = 60 * 60_000;
/** The most characters of a payload that are kept. */
const MAX_PAYLOAD = 1024 * 1024;

export interface LogFilter extends Partial<Pick<LogDocument, 'route' | 'state' | 'model' | 'connection_id'>> {
	/** Only calls at this time or later. */
	readonly since?: Date | undefined;
	/** Only calls before this time. */
	readonly until?: Date | undefined;
}

type NewLog = Omit<LogDocument, '_id' | 'request' | 'response'> & { readonly request: Sent; readonly response: Sent };

export interface LogsService {
	/** Newest first. */
	list(tenant: Tenant, filter: LogFilter, after: LogId | null, limit: number): Promise<LogDocument[]>;
	/** A log, and the payloads that are longer than their previews. @throws {ApiError} 404 */
	get(tenant: Tenant, id: LogId): Promise<{ log: LogDocument; payloads: PayloadDocument | null }>;
	/**
	 * Logs a call if the settings of its route say so. Never rejects, because the call is done; a failure is logged.
	 */
	write(log: NewLog): Promise<void>;
}

export function createLogsService({
	logs,
	payloads,
	settings,
	ids,
	log: logger,
}: {
	logs: TenantCollection<LogDocument>;
	payloads: TenantCollection<PayloadDocument>;
	settings: Pick<OdooSettingsService, 'get'>;
	ids: Ids;
	log: Logger;
}): LogsService {
	return {
		list(tenant, { since, until, ...same }, after, limit) {
			const [below] = [after, until && idAfter('log', new Date(until.getTime() + LONGEST_CALL_MS))]
				.filter((bound) => bound !== null && bound !== undefined)
				.sort();
			const id = {
				...(below === undefined ? {} : { $lt: below }),
				...(since ? { $gte: idBefore('log', since) } : {}),
			};
			const at = { ...(since ? { $gte: since } : {}), ...(until ? { $lt: until } : {}) };
			const filter: QueryFilter<LogDocument> = {
				...same,
				...(Object.keys(id).length > 0 ? { _id: id } : {}),
				...(Object.keys(at).length > 0 ? { at } : {}),
			};
			return logs.find(tenant, filter, { sort: { _id: -1 }, limit });
		},
		async get(tenant, id) {
			const log = await logs.findOne(tenant, { _id: id });
			if (log === null) throw notFound('API log');
			const isWhole = log.request.is_whole && log.response.is_whole;
			return { log, payloads: isWhole ? null : await payloads.findOne(tenant, { _id: id }) };
		},
		async write({ request, response, ...log }) {
			const { organization_id, at, route } = log;
			try {
				const { preview_limit, ...switches } = await settings.get(organization_id);
				if (!switches[`${route}_log`]) return;
				const _id = ids.next('log');
				const redaction = new Redaction();
				const asked = excerptOf(request, redaction.json(request), preview_limit);
				const answered = excerptOf(response, redaction.json(response), preview_limit);
				const error = log.error === null ? null : redaction.text(log.error);
				if (asked.payload !== null || answered.payload !== null) {
					const whole = { request: asked.payload, response: answered.payload };
					await payloads.insert({ _id, organization_id, at, ...whole });
				}
				await logs.insert({ _id, ...log, error, request: asked.excerpt, response: answered.excerpt });
			} catch (err) {
				logger.error({ err, request_id: log.request_id }, 'the log of a call could not be written');
			}
		},
	};
}

function excerptOf(sent: Sent, text: string, limit: number): { excerpt: Excerpt; payload: Payload | null } {
	const is_whole = text.length <= limit;
	return {
		excerpt: { preview: text.slice(0, limit), size_bytes: Buffer.byteLength(sent.text), is_whole },
		payload: is_whole ? null : { text: text.slice(0, MAX_PAYLOAD), is_cut: text.length > MAX_PAYLOAD },
	};
}
