import { describe, expect, it } from '@jest/globals';
import type { EnvironmentEvent, PausedEvent } from '../../backend/src/features/events/payloads';

/** What is told of an event; the compiler is asked, so nothing of it runs. */
const telling = (...told: readonly (Partial<PausedEvent> | Partial<EnvironmentEvent>)[]) =>
	expect(told).toHaveLength(1);

describe('an event does not compile', () => {
	it('that tells of something else than its type', () => {
		// @ts-expect-error -- of a webhook only that is told
		telling({ type: 'webhook.paused', data: { environment: { name: 'staging' } } });
	});

	it('of a type that nothing announces', () => {
		// @ts-expect-error -- no environment is painted
		telling({ type: 'environment.painted' });
	});
});
