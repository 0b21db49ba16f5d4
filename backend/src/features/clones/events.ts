import type { z } from 'zod';
import type { Clock } from '../../core/clock';
import type { Ids } from '../../core/ids';
import type { environmentSchema } from '../environments/schemas';
import type { ClonedEvent } from '../events/payloads';
import type { JobOf } from '../jobs/service';
import type { CloneRecord } from './model';

/** What is announced of a clone. */
export const clonedEvent = (
	job: JobOf<CloneRecord>,
	environment: z.output<typeof environmentSchema>,
	{ clock, ids }: { clock: Clock; ids: Ids },
): ClonedEvent => ({
	id: ids.next('event'),
	type: 'environment.cloned',
	created_at: clock.now(),
	organization_id: job.organization_id,
	project_id: job.project_id,
	environment_id: job.environment_id,
	data: {
		environment,
		source: job.data.source,
		sanitized: job.data.sanitize !== null,
		job_id: job._id,
		actor: job.actor,
	},
});
