/**
 * How long those who work on what others ask for let more of it gather when they are asked again at once, in milliseconds:
 * under load, fewer and larger batches.
 */
export const GATHERING_MS = 8;

/** Waits that long, by the machine's time: a clock that tests hold still has nothing to do with its load. */
export const gather = (ms = GATHERING_MS) => new Promise<void>((resolve) => setTimeout(resolve, ms));
