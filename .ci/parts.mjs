// Prints which real parts took part, with their versions; a part that is named and does not answer is a failure.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../backend/package.json', import.meta.url));
const { DOCKER_HOST, DOCKER_SERVERS, MONGODB_URI, ODOO_URL, N8N_URL, N8N_EMAIL, N8N_PASSWORD } = process.env;

const json = async (url, init) => {
	const response = await fetch(url, init);
	if (!response.ok) throw new Error(`${url} answered ${response.status}`);
	return response.json();
};

if (MONGODB_URI) {
	const { MongoClient } = require('mongodb');
	const client = await MongoClient.connect(MONGODB_URI);
	const { version, gitVersion } = await client.db('admin').command({ buildInfo: 1 });
	// It says its version also where the store behind it is away.
	await client.db('parts').collection('parts').findOne();
	await client.close();
	console.log(`took part: MongoDB-compatible server ${version} (${gitVersion})`);
}
if (ODOO_URL) {
	const { result } = await json(`${ODOO_URL}/web/webclient/version_info`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ jsonrpc: '2.0', method: 'call', params: {}, id: 1 }),
	});
	console.log(`took part: Odoo ${result.server_version}`);
}
if (N8N_URL) {
	// n8n tells its version to those who are logged in alone.
	const login = await fetch(`${N8N_URL}/rest/login`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ emailOrLdapLoginId: N8N_EMAIL, password: N8N_PASSWORD }),
	});
	const cookie = login.headers
		.getSetCookie()
		.map((header) => header.split(';')[0])
		.join('; ');
	const { data } = await json(`${N8N_URL}/rest/settings`, { headers: { cookie } });
	console.log(`took part: n8n ${data.versionCli}`);
}
if (DOCKER_HOST) {
	const version = execFileSync('docker', ['version', '--format', '{{.Server.Version}}']).toString().trim();
	const further = DOCKER_SERVERS ? `, and ${DOCKER_SERVERS.split(',').length} further servers over mutual TLS` : '';
	console.log(`took part: Docker Engine ${version}${further}`);
}
