import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A key and its certificate, as PEM. */
export interface Certificate {
	readonly key: Buffer;
	readonly cert: Buffer;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Throw-away certificates, made by openssl in that directory as `<name>.pem` and `<name>.key`. */
export function certificatesIn(directory: string) {
	const file = (name: string) => path.join(directory, name);
	const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
	const read = (name: string): Certificate => ({
		key: readFileSync(file(`${name}.key`)),
		cert: readFileSync(file(`${name}.pem`)),
	});
	return {
		read,
		/** One that signed itself, for 127.0.0.1. */
		selfSigned(name: string): Certificate {
			const about = ['-days', '1', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
			openssl('req', '-x509', ...NEW_KEY, ...about, '-keyout', `${name}.key`, '-out', `${name}.pem`);
			return read(name);
		},
		/** One that the self-signed `by` signed, for that name (`IP:127.0.0.1`) until that time (`20300101000000Z`). */
		signed(name: string, by: string, { subject, until }: { subject: string; until: string }): void {
			writeFileSync(file('index.txt'), '');
			writeFileSync(file('ca.cnf'), SIGNING);
			writeFileSync(file('extensions.cnf'), `subjectAltName=${subject}\n`);
			openssl('req', ...NEW_KEY, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
			openssl(
				...['ca', '-batch', '-config', 'ca.cnf', '-cert', `${by}.pem`, '-keyfile', `${by}.key`, '-notext'],
				...['-startdate', '20200101000000Z', '-enddate', until, '-extfile', 'extensions.cnf'],
				...['-in', `${name}.csr`, '-out', `${name}.pem`],
			);
		},
	};
}

const SIGNING = `[ca]
default_ca = test
[test]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
`;
