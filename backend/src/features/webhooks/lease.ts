/**
 * The lease of a webhook, in terms of queries: its sender claims many webhooks by one update. A free webhook has no
 * `lease_until`, or one that is past.
 */
export const isLeased = (now: Date) => ({ lease_until: { $gt: now } });
export const isFree = (now: Date) => ({ lease_until: { $not: { $gt: now } } });

/** Sets the lease's end. The webhook is due then, so that it is found again if its sender dies. */
export const leasedUntil = (until: Date) => ({ due_at: until, lease_until: until });

/** Unsets the lease. */
export const NO_LEASE = { lease_until: 1, lease_owner: 1 } as const;
