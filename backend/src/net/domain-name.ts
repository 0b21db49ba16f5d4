const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';

/** A domain name of several labels in lower case, as certificates are had for. */
export const DOMAIN_NAME = new RegExp(`^(?=.{3,190}$)(${LABEL}\\.)+${LABEL}$`);
