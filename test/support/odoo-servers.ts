import { createOutbound, type Fetch } from '../../backend/src/net/outbound';
import type { OdooAccess } from '../../backend/src/odoo/transport';
import { openSandbox, SANDBOX_KEY } from '@odoo-platform/odoo-sandbox/testing';

/** An Odoo that tests may use: demo data, modules base, contacts and sale. */
export interface OdooServer {
	readonly name: string;
	readonly major: number;
	readonly real: boolean;
	/** The user's password, where it is another secret than the API key. */
	readonly password?: string;
	readonly open: () => Promise<{ access: OdooAccess; fetch: Fetch; close: () => Promise<void> }>;
}

const sandboxServer = (major: number): OdooServer => ({
	name: `sandbox ${major}`,
	major,
	real: false,
	open: () => {
		const url = 'http://sandbox.example.com';
		const sandbox = openSandbox({ version: `${major}.0` });
		return Promise.resolve({
			access: { url, database: 'sandbox', login: 'admin', secret: SANDBOX_KEY },
			fetch: (target, init) => sandbox.fetch(target.slice(url.length), init),
			close: () => Promise.resolve(),
		});
	},
});

/** The sandboxes, and the real Odoo that `ODOO_URL`, `ODOO_DB`, … name. */
export function odooServers(): OdooServer[] {
	const sandboxes = [sandboxServer(19), sandboxServer(14)];
	const { ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_PASSWORD, ODOO_API_KEY, ODOO_VERSION } = process.env;
	if (!ODOO_URL) return sandboxes;
	if (!ODOO_DB || !ODOO_LOGIN || !ODOO_API_KEY || !ODOO_VERSION) {
		throw new Error('ODOO_URL is set; ODOO_DB, ODOO_LOGIN, ODOO_API_KEY and ODOO_VERSION are needed beside it.');
	}
	const real: OdooServer = {
		name: `Odoo ${ODOO_VERSION}`,
		major: Number.parseInt(ODOO_VERSION, 10),
		real: true,
		password: ODOO_PASSWORD,
		open: () => {
			const { fetch, close } = createOutbound({ allowedCidrs: ['0.0.0.0/0', '::/0'] });
			const access = { url: ODOO_URL, database: ODOO_DB, login: ODOO_LOGIN, secret: ODOO_API_KEY };
			return Promise.resolve({ access, fetch, close });
		},
	};
	return [...sandboxes, real];
}
