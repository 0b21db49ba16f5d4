import { ERROR_CODES, type ErrorCode } from '../core/error-codes';
import type { Route } from './route';

/** The status that a code comes with at a route: the usual one, unless the route or its family says another. */
export function statusOf(code: ErrorCode, { statuses, errorReply }: Pick<Route, 'statuses' | 'errorReply'>): number {
	const ofFamily = code === 'validation_failed' ? errorReply?.badInput : null;
	return statuses?.[code] ?? ofFamily ?? ERROR_CODES[code].status;
}
