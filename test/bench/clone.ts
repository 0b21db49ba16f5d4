import { execFileSync } from 'node:child_process';
import { arch, cpus } from 'node:os';
import { z } from 'zod';
import { DOCKER_HOST, openRealEnvironments } from '../support/real-environments';

/**
 * What a sanitized clone of a real environment costs, beside the same by hand: `pg_dump | pg_restore`, and the SQL that
 * somebody would write for it. Both copy the same database, with many messages of three addresses each, in turns.
 * `npm run bench -- clone`, on the Docker Engine at `DOCKER_HOST`.
 */
const MESSAGES = Number(process.env.MESSAGES ?? 50_000);
const ROUNDS = Number(process.env.CLONE_ROUNDS ?? 3);
const WANTED = 1.3;

const median = (values: readonly number[]) =>
	values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
const inSeconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

async function time(work: () => Promise<void> | void): Promise<number> {
	const start = performance.now();
	await work();
	return performance.now() - start;
}

const SEED = `
INSERT INTO mail_message (subject, body, email_from, reply_to, message_type, model, date)
SELECT 'Order ' || n,
	'<p>' || repeat('Thank you for your order, we look into it. ', 11) || 'Ask jane' || n % 2000 || '@customer.example.com</p>',
	'"Jane ' || n || '" <jane' || n % 2000 || '@customer.example.com>', 'sales' || n % 7 || '@shop.example.com',
	'email', 'res.partner', now()
FROM generate_series(1, ${MESSAGES}) n;
ANALYZE mail_message;`;

/** What one would write by hand: a hash for each address, in every column with text, and credentials gone. */
const BY_HAND = `
BEGIN;
CREATE FUNCTION pg_temp.hashed(address text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT 'u' || left(encode(sha256(convert_to('key' || lower(address), 'UTF8')), 'hex'), 20) || '@sanitized.invalid' $$;
CREATE FUNCTION pg_temp.scrubbed(given text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE rest text := given; done text := ''; found text; at int;
BEGIN
	LOOP
		found := substring(rest from '[[:alnum:]._%+-]+@[[:alnum:].-]+[.][[:alpha:]]{2,}');
		EXIT WHEN found IS NULL;
		at := strpos(rest, found);
		done := done || left(rest, at - 1) || pg_temp.hashed(found);
		rest := substr(rest, at + length(found));
	END LOOP;
	RETURN done || rest;
END $$;
UPDATE res_users SET password = NULL;
DELETE FROM res_users_apikeys;
UPDATE ir_config_parameter SET value = gen_random_uuid()::text WHERE key IN ('database.secret', 'database.uuid');
DO $$ DECLARE r record; BEGIN
	FOR r IN SELECT c.table_name, string_agg(format('%1$I = pg_temp.scrubbed(%1$I)', c.column_name), ', ') AS sets,
			string_agg(format('%I ~ ''@''', c.column_name), ' OR ') AS found
		FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'
			AND c.data_type IN ('text', 'character varying') AND c.table_name !~ '^(ir_|res_users$)'
		GROUP BY c.table_name
	LOOP EXECUTE format('UPDATE %I SET %s WHERE %s', r.table_name, r.sets, r.found); END LOOP;
END $$;
COMMIT;`;

async function main(dockerHost: string) {
	const real = await openRealEnvironments(dockerHost);
	try {
		const settings = { modules: ['contacts'], memory_mb: 2_048 };
		const [source, target] = [
			await real.addEnvironment('source', settings),
			await real.addEnvironment('target', settings),
		];
		for (const { id } of [source, target]) {
			const { status, error } = await real.deploy(id);
			if (status !== 'succeeded') throw new Error(error?.message ?? status);
		}
		const databaseOf = ({ id, primary_url }: typeof source) => ({
			container: `oec-${id.toLowerCase().replace('_', '-')}-db`,
			database: new URL(primary_url).hostname.split('.')[0]?.replaceAll('-', '_') ?? '',
		});
		const [from, to] = [databaseOf(source), databaseOf(target)];
		const psql = (container: string, database: string, sql: string) =>
			execFileSync(
				'docker',
				['exec', '-i', container, 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-d', database],
				{ input: sql, env: { ...process.env, DOCKER_HOST: dockerHost }, stdio: ['pipe', 'ignore', 'inherit'] },
			);
		psql(from.container, from.database, SEED);

		const byHand = () => {
			psql(to.container, 'postgres', `DROP DATABASE IF EXISTS by_hand WITH (FORCE);\nCREATE DATABASE by_hand;`);
			const pipe =
				`docker exec ${from.container} pg_dump -U postgres -Fc -Z1 ${from.database} | ` +
				`docker exec -i ${to.container} pg_restore -U postgres --no-owner --no-privileges --exit-on-error -d by_hand`;
			execFileSync('/bin/sh', ['-c', pipe], { env: { ...process.env, DOCKER_HOST: dockerHost } });
			psql(to.container, 'by_hand', BY_HAND);
			psql(to.container, 'postgres', 'DROP DATABASE by_hand WITH (FORCE);');
		};
		const windows: number[] = [];
		const byPlatform = async () => {
			const body = { source_env: source.id, sanitize: true, wait: true };
			const { json } = await real.platform.api('POST', `/api/v1/environments/${target.id}/clone`, body);
			const { job } = z
				.object({
					status: z.literal('succeeded'),
					job: z.object({ result: z.object({ downtime_ms: z.number() }) }),
				})
				.parse(json);
			windows.push(job.result.downtime_ms);
		};
		const rounds: { platform: number; hand: number }[] = [];
		for (let round = 0; round < ROUNDS; round++) {
			const first = round % 2 === 0 ? await time(byPlatform) : await time(byHand);
			const second = round % 2 === 0 ? await time(byHand) : await time(byPlatform);
			const [platform, hand] = round % 2 === 0 ? [first, second] : [second, first];
			rounds.push({ platform, hand });
			console.log(`  round ${round + 1}: ${inSeconds(platform)}, by hand ${inSeconds(hand)}`);
		}
		const ratio = median(rounds.map(({ platform, hand }) => platform / hand));
		console.log(
			`A sanitized clone with ${MESSAGES} messages: ${inSeconds(median(rounds.map(({ platform }) => platform)))}, ` +
				`by hand ${inSeconds(median(rounds.map(({ hand }) => hand)))}: ${ratio.toFixed(2)} (wanted ${WANTED}); ` +
				`nobody was served for ${inSeconds(median(windows))}`,
		);
	} finally {
		await real.close();
	}
}

console.log(`Node.js ${process.version}, ${arch()}, ${cpus().length} cores`);
if (DOCKER_HOST === undefined) throw new Error('DOCKER_HOST must name a Docker Engine');
void main(DOCKER_HOST);
