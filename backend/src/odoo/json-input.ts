import { z } from 'zod';
import type { JsonObject } from './json';

const MAX_LEVELS = 64;

/** An object out of a request's body, which was JSON: whatever is in it is JSON too. */
export const jsonObject = z
	.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
		error: 'must be an object',
	})
	.meta({ type: 'object' });

/** Why a value out of a request's JSON may not be handed on; null where it may. */
export function jsonComplaint(value: unknown, levels = MAX_LEVELS): string | null {
	// `1e999` is read as infinity, which would come out as null.
	if (typeof value === 'number') return Number.isFinite(value) ? null : 'must have no number too large for JSON';
	if (typeof value !== 'object' || value === null) return null;
	// Deeper values exhaust the stack of whoever writes them.
	if (levels === 0) return `must be nested at most ${MAX_LEVELS} levels deep`;
	for (const item of Object.values(value)) {
		const complaint = jsonComplaint(item, levels - 1);
		if (complaint !== null) return complaint;
	}
	return null;
}
