import { encodeTime } from 'ulid';
import { type EventId, ID_PREFIXES, idSchema } from '../../core/ids';

const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;

/** The smallest id that an event of that time can have: ids begin with the time, so that a range of them is one of it. */
export const firstEventId = (time: Date): EventId =>
	idSchema('event').parse(
		`${ID_PREFIXES.event}_${encodeTime(Math.max(0, time.getTime()), TIME_CHARACTERS)}${'0'.repeat(RANDOM_CHARACTERS)}`,
	);
