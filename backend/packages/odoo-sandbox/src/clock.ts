/** Time, as the sandbox sees it; tests pass one of their own. */
export interface Clock {
	now(): Date;
}
