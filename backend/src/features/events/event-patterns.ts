import { z } from 'zod';
import { EVENT_TYPES, type EventType } from '../../core/events';

const families = new Set(EVENT_TYPES.map((type) => `${type.slice(0, type.indexOf('.'))}.*`));
const known: ReadonlySet<string> = new Set(['*', ...families, ...EVENT_TYPES]);

/** What a webhook may ask for: an event type, a family of them (`deployment.*`), or everything (`*`). */
export const eventPatternSchema = z
	.string()
	.refine((pattern) => known.has(pattern), `must be one of ${[...known].join(', ')}`)
	.meta({ enum: [...known] });

/** Whether one of the patterns asks for events of that type. */
export const wants = (patterns: readonly string[], type: EventType) =>
	patterns.some((pattern) => (pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type));
