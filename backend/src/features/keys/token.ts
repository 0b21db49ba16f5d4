import { jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../../core/clock';
import { isId, type KeyId, type OrganizationId } from '../../core/ids';
import type { KeyScope } from '../../access/caller';

const ALGORITHM = 'HS256';
const TYPE = 'api-key+jwt';
const ISSUER = 'odoo-platform';
const AUDIENCE = 'odoo-platform-api';

/** What the keys that sign tokens are derived for. */
export const SIGNING_PURPOSE = 'api-keys';

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
	readonly expires_at: Date | null;
}

/** A key's token: its prefix and a compact JWT (RFC 7519; one pinned algorithm and type, RFC 8725). */
export async function signToken(signingKey: Buffer, claims: Claims, clock: Clock): Promise<string> {
	const jwt = new SignJWT()
		.setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
		.setIssuer(ISSUER)
		.setAudience(AUDIENCE)
		.setSubject(claims.organization_id)
		.setJti(claims.key_id)
		.setIssuedAt(clock.now());
	if (claims.expires_at) jwt.setExpirationTime(claims.expires_at);
	return `${PREFIXES[claims.scope]}${await jwt.sign(signingKey)}`;
}

/**
 * The id of the key that a token was made for; null where none of the signing keys made it, or where it is past its
 * time.
 */
export async function verifyToken(signingKeys: readonly Buffer[], token: string, clock: Clock): Promise<KeyId | null> {
	const prefix = Object.values(PREFIXES).find((known) => token.startsWith(known));
	if (prefix === undefined) return null;
	for (const signingKey of signingKeys) {
		try {
			const { payload } = await jwtVerify(token.slice(prefix.length), signingKey, {
				algorithms: [ALGORITHM],
				typ: TYPE,
				issuer: ISSUER,
				audience: AUDIENCE,
				currentDate: clock.now(),
			});
			return isId('key', payload.jti) ? payload.jti : null;
		} catch {
			// Perhaps another key signed it.
		}
	}
	return null;
}
