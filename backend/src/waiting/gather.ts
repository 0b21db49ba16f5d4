/**
 * How long a busy worker lets more work gather before it goes on, in milliseconds. Under load, this makes batches fewer
 * and larger.
 */
export const GATHERING_MS = 8;

/** Waits that long in real time. It is about the machine's load, which a clock of a test knows nothing of. */
export const gather = (ms = GATHERING_MS) => new Promise<void>((resolve) => setTimeout(resolve, ms));
