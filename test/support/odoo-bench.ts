import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { z } from 'zod';

/** How an Odoo is reached that a bench calls. */
const odooSchema = z.object({ url: z.string(), database: z.string(), login: z.string(), secret: z.string() });
type Odoo = z.output<typeof odooSchema>;
const gatewaySchema = z.object({ url: z.string(), token: z.string(), hmac_secret: z.string() });

async function start<T>(schema: z.ZodType<T>, ...args: string[]): Promise<T> {
	const child = fork(path.join(__dirname, 'odoo-bench-server.ts'), args, {
		execArgv: ['-r', path.join(__dirname, 'ts-register.cjs')],
	});
	process.once('exit', () => child.kill('SIGKILL'));
	child.once('exit', () => process.exit(1));
	const [hello] = z.array(z.unknown()).parse(await once(child, 'message'));
	return schema.parse(hello);
}

/** The Odoo 19 that `ODOO_URL`, `ODOO_DB`, `ODOO_LOGIN` and `ODOO_API_KEY` name, else a sandbox in a process of its own. */
export async function benchOdoo(): Promise<Odoo & { readonly name: string }> {
	const { ODOO_URL, ODOO_DB = '', ODOO_LOGIN = '', ODOO_API_KEY = '' } = process.env;
	if (ODOO_URL === undefined) return { ...(await start(odooSchema, 'sandbox')), name: 'a sandbox' };
	return { url: ODOO_URL, database: ODOO_DB, login: ODOO_LOGIN, secret: ODOO_API_KEY, name: 'a real Odoo 19' };
}

/** The whole service in a process of its own, with a connection named `bench` to that Odoo. */
export const benchGateway = ({ url, database, login, secret }: Odoo) =>
	start(gatewaySchema, 'gateway', url, database, login, secret);
