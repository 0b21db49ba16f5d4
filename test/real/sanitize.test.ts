import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../backend/src/core/clock';
import { openEngine } from '../../backend/src/docker/engine';
import { namesOf } from '../../backend/src/runtimes/docker/names';
import { createPostgres } from '../../backend/src/runtimes/docker/postgres';
import { keptFiles, sanitizeDatabase } from '../../backend/src/runtimes/docker/sanitize';
import type { Sanitizing } from '../../backend/src/runtimes/sanitizing';
import { openBareDocker, releaseOf, untold } from '../support/bare-runtimes';
import { DOCKER_HOST } from '../support/real-environments';

/** Containers take their time on a busy machine. */
const PATIENCE_MS = 600_000;
/** The same as in test/unit/sanitize-addresses.test.ts. */
const BOSS = 'u3cb4a5fedc34f58f27b1@sanitized.invalid';
const SANITIZING: Sanitizing = { key: Buffer.alloc(32, 7), profile: 'minimal', attachments: 'public', rules: [] };

/** Everything that hides addresses, defends them or brings them back. */
const HOSTILE = `
CREATE TABLE hostile (id serial PRIMARY KEY, a text, v varchar(60) UNIQUE, s varchar(12), j json, jb jsonb NOT NULL, b bytea,
	arr text[], ja jsonb[], x xml, arr2 text[][], g text GENERATED ALWAYS AS (upper(a)) STORED,
	c text CHECK (c ~ '^[^@]+@real-corp[.]com$'));
CREATE DOMAIN mail_address AS text CHECK (value ~ 'real-corp');
ALTER TABLE hostile ADD d mail_address;
INSERT INTO hostile (a, v, s, j, jb, b, arr, ja, x, arr2, c, d) VALUES (
	'boss%2540real-corp.com &#98;oss&#64;real-corp.com boss&commat;real-corp.com boss\\u0040real-corp.com BOSS@REAL-CORP.COM',
	'Boss@real-corp.com', 'b@real-co.de', '{"boss\\u0040real-corp.com":"boss\\u0040real-corp.com"}',
	'{"boss@real-corp.com":["a\\nboss@real-corp.com"]}', convert_to('to boss@real-corp.com', 'UTF8'),
	ARRAY['boss@real-corp.com', NULL], ARRAY['{"a":"boss@real-corp.com"}'::jsonb], '<a>boss@real-corp.com</a>',
	ARRAY[ARRAY['boss@real-corp.com', '"q'], ARRAY['a', 'b']], 'boss@real-corp.com', 'boss@real-corp.com');
INSERT INTO hostile (v, jb, b) VALUES ('boss@real-corp.com', '{}', '\\xff00616240726561 6c2d636f72702e636f6d'),
	('BOSS@real-corp.com', '{}', convert_to(encode('boss@real-corp.com', 'base64'), 'UTF8'));
CREATE TABLE stolen (what text);
CREATE FUNCTION evil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	new.a := 'evil@real-corp.com';
	INSERT INTO public.stolen VALUES (current_setting('sanitizing.key', true));
	RETURN new;
END $$;
CREATE TRIGGER evil BEFORE UPDATE ON hostile FOR EACH ROW EXECUTE FUNCTION evil();
CREATE TABLE spy (id serial, mail text, CHECK (true));
CREATE FUNCTION spying(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
	RETURN coalesce(nullif(current_setting('sanitizing.key', true), ''), 'none');
END $$;
ALTER TABLE spy ADD seen text GENERATED ALWAYS AS (public.spying(mail)) STORED;
INSERT INTO spy (mail) VALUES ('boss@real-corp.com');
CREATE TABLE parted (id int, mail text) PARTITION BY LIST (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
INSERT INTO parted VALUES (1, 'boss@real-corp.com');
CREATE VIEW seen AS SELECT a FROM hostile;
CREATE MATERIALIZED VIEW kept AS SELECT c FROM hostile;
UPDATE res_partner SET email = 'boss@real-corp.com', name = 'Jo Real' WHERE id = (SELECT min(id) FROM res_partner WHERE email IS NOT NULL);
UPDATE res_users SET signature = '<p>boss@real-corp.com</p>', password = 'x' WHERE login = 'demo';
INSERT INTO ir_config_parameter (key, value) VALUES ('acme.api_key', 'x');
`;

/** Every row of every table as text, looked through for whatever is not a hash and looks like an address. */
const LEFT = `SET search_path = pg_catalog;
CREATE FUNCTION pg_temp.every() RETURNS TABLE (at text, found text) LANGUAGE plpgsql AS $$ DECLARE c record; BEGIN
	FOR c IN SELECT attrelid::regclass AS rel, attname FROM pg_attribute JOIN pg_class o ON o.oid = attrelid
		WHERE relkind IN ('r', 'm') AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped LOOP
		RETURN QUERY EXECUTE format($q$ SELECT %L, m[1] FROM %s, regexp_matches(
			CASE WHEN pg_typeof(%I) = 'bytea'::regtype THEN encode(%3$I::text::bytea, 'escape')
				ELSE regexp_replace(%3$I::text, '\\\\[nrt]', ' ', 'g') END,
			'([[:alnum:]._+-]+(?:@|%%40|%%2540|&#0*64;|&#x40;|&commat;|\\\\u0040)[[:alnum:]-]+[.](?!png)[[:alpha:].]*[[:alpha:]]{2,})', 'gi') m $q$,
			c.rel || '.' || c.attname, c.rel, c.attname);
	END LOOP;
END $$;
SELECT DISTINCT at, found FROM pg_temp.every() WHERE found !~* '^u[0-9a-f]{20}(-[0-9]+)?@sanitized[.]invalid$';`;

(DOCKER_HOST === undefined ? describe.skip : describe)('a sanitized database of Odoo', () => {
	let docker: Awaited<ReturnType<typeof openBareDocker>>;
	let site: ReturnType<typeof docker.addSite>;
	let postgres: ReturnType<typeof createPostgres>;
	let owner: string;
	let first: Awaited<ReturnType<typeof sanitizeDatabase>>;
	const copy = 'sanitized';
	const context = { signal: AbortSignal.timeout(PATIENCE_MS), log: () => Promise.resolve() };
	const sanitize = (more: Partial<Sanitizing> = {}, database = copy) =>
		sanitizeDatabase({ postgres, database, owner }, { ...SANITIZING, ...more }, context);
	const column = async (sql: string, database = copy) => (await postgres.ask(database, sql)).flat();

	beforeAll(async () => {
		docker = await openBareDocker(DOCKER_HOST ?? '');
		site = docker.addSite({ modules: ['contacts', 'sale_management'], demo_data: true });
		const runtime = docker.open('docker');
		await runtime.apply(site, releaseOf({}), untold());
		const path = new URL(DOCKER_HOST ?? '').pathname;
		const engine = openEngine({ kind: 'socket', path }, { lookup: () => undefined, checkAddress: () => false });
		postgres = createPostgres({ engine, container: namesOf(site.id).database, clock: systemClock });
		owner = (await runtime.access(site)).database;
		await postgres.copy(owner, copy, owner);
		await postgres.askAs(owner, copy, HOSTILE);
		await postgres.copy(copy, 'seeded', owner);
		first = await sanitize();
	}, PATIENCE_MS);

	afterAll(() => docker.close(), PATIENCE_MS);

	it('holds no address in any column of any table but hashes', async () => {
		expect(await column(LEFT, 'seeded')).toContain('boss@real-corp.com');
		expect(await postgres.ask(copy, LEFT)).toEqual([]);
	});

	it('has the same hash for the same address wherever and however it was written', async () => {
		const found = await column(`SELECT unnest(string_to_array(a, ' ')) FROM hostile WHERE a IS NOT NULL
			UNION ALL SELECT mail FROM parted UNION ALL SELECT c FROM kept WHERE c IS NOT NULL
			UNION ALL SELECT email FROM res_partner WHERE name = 'Jo Real' UNION ALL SELECT arr[1] FROM hostile WHERE arr[1] IS NOT NULL`);
		expect(new Set(found)).toEqual(new Set([BOSS]));
	});

	it('keeps values apart that must differ', async () => {
		expect(await column('SELECT v FROM hostile ORDER BY id')).toEqual([
			BOSS,
			BOSS.replace('@', '-2@'),
			BOSS.replace('@', '-3@'),
		]);
	});

	it('has told its key to none of its own functions, and has its triggers still', async () => {
		expect(await column('SELECT count(*) FROM stolen')).toEqual(['0']);
		expect(await column('SELECT seen FROM spy')).toEqual(['none']);
		expect(await column(`SELECT tgenabled FROM pg_trigger WHERE tgname = 'evil'`)).toEqual(['O']);
	});

	it('has no passwords, settings that are credentials, or crons and mail servers that work', async () => {
		expect(
			await column(`SELECT count(*) FROM res_users WHERE password IS NOT NULL
				UNION ALL SELECT count(*) FROM ir_config_parameter WHERE key = 'acme.api_key'
				UNION ALL SELECT count(*) FROM ir_mail_server WHERE active
				UNION ALL SELECT count(*) FROM ir_cron WHERE active`),
		).toEqual(['0', '0', '0', '1']);
		const secret = `SELECT value FROM ir_config_parameter WHERE key = 'database.secret'`;
		expect(await column(secret)).not.toEqual(await column(secret, 'seeded'));
	});

	it('tells what was changed, and which files are still needed', async () => {
		expect(first.tables).toContainEqual({ name: 'hostile', changed: 3, deleted: 0 });
		const files = await keptFiles({ postgres, database: copy, owner }, context.signal);
		expect(files.length).toBeGreaterThan(0);
		expect(files.length).toBeLessThanOrEqual(first.attachments_kept);
	});

	it(
		'is as it was when it is sanitized once more',
		async () => {
			const again = (await sanitize()).tables.map(({ name }) => name);
			// Secrets, and tokens that must be set, are made anew each time.
			expect(again.filter((name) => !/^(ir_config_parameter|mail_guest)$/.test(name))).toEqual([]);
		},
		PATIENCE_MS,
	);

	it.each(['res.nobody.name', 'res.partner.nickname', 'res.users.name', 'res.partner.child_ids'])(
		'is not begun with a rule that cannot be kept, which is named: %s',
		async (rule) => {
			const dot = rule.lastIndexOf('.');
			const rules = [{ model: rule.slice(0, dot), field: rule.slice(dot + 1), action: 'clear' as const }];
			await expect(sanitize({ rules }, 'seeded')).rejects.toThrow(rule);
			expect(await column('SELECT count(*) FROM hostile WHERE c IS NOT NULL', 'seeded')).toEqual(['1']);
		},
		PATIENCE_MS,
	);

	it(
		'has in the profile strict no names, phones or texts that people wrote, and keeps the owner to his rules',
		async () => {
			const rules = [{ model: 'sale.order', field: 'client_order_ref', action: 'hash' as const }];
			await sanitize({ profile: 'strict', attachments: 'none', rules }, 'seeded');
			const left = `SELECT name FROM res_partner WHERE name !~ '^Contact ' UNION ALL SELECT body FROM mail_message WHERE body <> ''
				UNION ALL SELECT phone FROM res_partner WHERE phone !~ '^[+]000 ' UNION ALL SELECT name FROM ir_attachment`;
			expect(await column(left, 'seeded')).toEqual([]);
		},
		PATIENCE_MS,
	);

	it(
		'is one that Odoo starts on, in which people with a new password log in',
		async () => {
			const code = `u = env.ref('base.user_admin'); u.write({'login': 'admin', 'password': 'sesame-9'}); env.cr.commit()
print('UID', env['res.users'].authenticate({'type': 'password', 'login': 'admin', 'password': 'sesame-9'}, {'interactive': False})['uid'])
`;
			const path = new URL(DOCKER_HOST ?? '').pathname;
			const engine = openEngine({ kind: 'socket', path }, { lookup: () => undefined, checkAddress: () => false });
			const its = { 'io.odoo-platform.environment': site.id, 'io.odoo-platform.role': 'web' };
			const [web] = await engine.containers(its);
			const { stdout, stderr } = await engine.exec(
				web?.name ?? '',
				['odoo', 'shell', '-c', '/mnt/release/odoo.conf', '-d', 'seeded', '--no-http', '--log-level=critical'],
				{ user: 'odoo', input: code },
			);
			expect(stdout + stderr).toContain('UID 2');
		},
		PATIENCE_MS,
	);
});
