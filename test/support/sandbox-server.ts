import express from 'express';
import { createLogger } from '../../backend/src/core/log';
import { fetchHandler } from '../../backend/src/http/fetch-handler';
import type { OdooAccess } from '../../backend/src/odoo/transport';
import { openSandbox, SANDBOX_KEY } from '@odoo-platform/odoo-sandbox/testing';
import { createPatientServer } from './patient-server';

/** Serves a sandbox over HTTP, as an Odoo that the platform does not run. */
export async function serveSandbox({ version }: { version?: string } = {}): Promise<
	OdooAccess & { close: () => Promise<void> }
> {
	const sandbox = openSandbox(version === undefined ? {} : { version });
	const handle = fetchHandler(
		(_params, request) => sandbox.fetch(request.url.slice(new URL(request.url).origin.length), request),
		createLogger('error'),
		'large',
	);
	const server = createPatientServer(express().use(handle));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	return {
		url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
		database: 'sandbox',
		login: 'admin',
		secret: SANDBOX_KEY,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
