import { createSecretKey } from 'node:crypto';
import { sign, verify } from 'jsonwebtoken';
import { z } from 'zod';
import type { Clock } from '../../core/clock';
import { idSchema, type KeyId, type OrganizationId } from '../../core/ids';
import type { Secrets } from '../../core/secrets';
import type { KeyScope } from '../../access/caller';

const ALGORITHM = 'HS256';
const TYPE = 'api-key+jwt';
const ISSUER = 'odoo-platform';
const AUDIENCE = 'odoo-platform-api';

/** What the keys that sign tokens are derived for. */
const SIGNING_PURPOSE = 'api-keys';

/** What a token begins with, by its scope. */
const PREFIXES: Readonly<Record<KeyScope, string>> = {
	org: 'oec_live_',
	multi_org: 'oec_live_',
	webhook: 'sk_live_',
};

interface Claims {
	readonly key_id: KeyId;
	readonly organization_id: OrganizationId;
	readonly scope: KeyScope;
}

/** What jsonwebtoken leaves to its callers: the type, that no member of the header demands more (`crit`), and the id. */
const verifiedSchema = z.object({
	header: z.strictObject({ alg: z.literal(ALGORITHM), typ: z.literal(TYPE) }),
	payload: z.object({ jti: idSchema('key') }),
});

/** A date as a JWT has it (RFC 7519, NumericDate), in whole seconds. */
const numericDate = (date: Date) => Math.floor(date.getTime() / 1000);

/**
 * The tokens of keys: a prefix and a compact JWT (RFC 7519; one pinned algorithm and type, RFC 8725). Their expiry stands
 * with the key, where it can be changed; that of a token which carries one counts as well.
 */
export interface Tokens {
	sign(claims: Claims): string;
	/**
	 * The id of the key that a token was made for; null where none of the master keys' own made it, or where it is past
	 * its time.
	 */
	verify(token: string): KeyId | null;
}

export function createTokens(secrets: Secrets, clock: Clock): Tokens {
	const signingKey = createSecretKey(secrets.derive(SIGNING_PURPOSE));
	const verifyingKeys = secrets.deriveAll(SIGNING_PURPOSE).map((key) => createSecretKey(key));
	return {
		sign({ key_id, organization_id, scope }) {
			const claims = {
				iss: ISSUER,
				aud: AUDIENCE,
				sub: organization_id,
				jti: key_id,
				iat: numericDate(clock.now()),
			};
			const header = { alg: ALGORITHM, typ: TYPE };
			return `${PREFIXES[scope]}${sign(claims, signingKey, { algorithm: ALGORITHM, header })}`;
		},
		verify(token) {
			const prefix = Object.values(PREFIXES).find((known) => token.startsWith(known));
			if (prefix === undefined) return null;
			for (const key of verifyingKeys) {
				try {
					const verified = verify(token.slice(prefix.length), key, {
						algorithms: [ALGORITHM],
						issuer: ISSUER,
						audience: AUDIENCE,
						clockTimestamp: numericDate(clock.now()),
						complete: true,
					});
					return verifiedSchema.parse(verified).payload.jti;
				} catch {
					// Perhaps another key signed it.
				}
			}
			return null;
		},
	};
}
