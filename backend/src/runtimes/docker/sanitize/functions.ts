import {
	addressPattern,
	AT,
	candidatePattern,
	plainAddressPattern,
	SANITIZED,
	SANITIZED_HOST,
} from '../../scrub/addresses';
import { DONE, type Pseudonym, PSEUDONYMS } from '../../scrub/pseudonyms';
import { quoted } from '../postgres';

/** A character that no text has: it is for programs' own use (U+FDD0). */
const MARK = "U&'\\FDD0'";

const pattern = addressPattern('postgresql');
/** Addresses in what no text encoding reads. */
const IN_BINARY = `[A-Za-z0-9_+-](?:${AT})(?:[A-Za-z0-9-]+[.])+[A-Za-z]{2,}`;

const hex = (domain: string, text: string, from: string) =>
	`left(pg_temp.digest(${quoted(domain)} || ${text}), ${from})`;
const folded = (text: string) => `lower(normalize(btrim(${text}, E' \\t\\n\\r'), NFC) COLLATE "und-x-icu")`;
const digits = (text: string) => `translate(${text}, 'abcdef', '012345')`;

/** The same as in scrub/pseudonyms.ts. */
const PSEUDONYM: Readonly<Record<Pseudonym, string>> = {
	name: `(SELECT string_agg('Contact ' || ${hex('name:', folded('part'), '10')}, ', ' ORDER BY place)
		FROM unnest(string_to_array(t, ', ')) WITH ORDINALITY parts(part, place))`,
	phone: `'+000 ' || ${digits(hex('phone:', `ltrim(regexp_replace(t, '[^0-9]', '', 'g'), '0')`, '9'))}`,
	street: `'Street ' || ${hex('street:', folded('t'), '10')}`,
	zip: `'0' || ${digits(hex('zip:', folded('t'), '4'))}`,
	website: `'https://w' || ${hex('website:', folded('t'), '10')} || ${quoted(`.${SANITIZED_HOST}`)}`,
	account: `'XX00' || upper(${hex('account:', `upper(regexp_replace(t, '[^A-Za-z0-9]', '', 'g') COLLATE "C")`, '16')})`,
	opaque: `'h' || ${hex('opaque:', 't', '20')}`,
};

const textFunction = (name: string, body: string) =>
	`CREATE FUNCTION pg_temp.${name}(t text) RETURNS text LANGUAGE sql STABLE AS $f$ SELECT ${body} $f$;`;

/** Does to every text in JSON, and to its keys, what a function does to text. */
const jsonFunction = (name: string, textName: string) => `
CREATE FUNCTION pg_temp.${name}(j jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $f$ BEGIN
	CASE jsonb_typeof(j)
		WHEN 'string' THEN RETURN to_jsonb(pg_temp.${textName}(j #>> '{}'));
		WHEN 'object' THEN RETURN (SELECT coalesce(jsonb_object_agg(pg_temp.scrub(key), pg_temp.${name}(value)), '{}') FROM jsonb_each(j));
		WHEN 'array' THEN RETURN (SELECT coalesce(jsonb_agg(pg_temp.${name}(value) ORDER BY place), '[]')
			FROM jsonb_array_elements(j) WITH ORDINALITY elements(value, place));
		ELSE RETURN j;
	END CASE;
END $f$;`;

/** What sanitizing calls in a database; they are gone with its session, and need the key as a setting of it. */
export const FUNCTIONS = `
CREATE FUNCTION pg_temp.digest(t text) RETURNS text LANGUAGE sql STABLE AS $f$
	SELECT encode(sha256(convert_to(current_setting('sanitizing.key')
		|| encode(sha256(convert_to(current_setting('sanitizing.key') || t, 'UTF8')), 'hex'), 'UTF8')), 'hex') $f$;

-- What cannot be decoded is left out, or left as it is: it only has to be the same each time.
CREATE FUNCTION pg_temp.canonical(t text) RETURNS text LANGUAGE plpgsql STABLE AS $f$ DECLARE found text; BEGIN
	t := regexp_replace(t, '%(?:25)+', '%', 'g');
	t := regexp_replace(t, '&(?:amp;)+', '&', 'g');
	t := regexp_replace(t, '&commat;|\\\\+x40|=40', '@', 'g');
	t := replace(t, '&period;', '.');
	LOOP
		found := substring(t FROM '((?:\\\\+u[0-9A-Fa-f]{4})+)');
		EXIT WHEN found IS NULL;
		BEGIN
			t := replace(t, found, ('"' || regexp_replace(found, '\\\\+u', '\\\\u', 'g') || '"')::jsonb #>> '{}');
		EXCEPTION WHEN OTHERS THEN t := replace(t, found, '');
		END;
	END LOOP;
	LOOP
		found := substring(t FROM '(&#(?:[0-9]+|[xX][0-9A-Fa-f]+);?)');
		EXIT WHEN found IS NULL;
		BEGIN
			t := replace(t, found, chr(CASE WHEN found ~ '^&#[xX]' THEN ('x' || lpad(rtrim(substr(found, 4), ';'), 8, '0'))::bit(32)::int
				ELSE rtrim(substr(found, 3), ';')::int END));
		EXCEPTION WHEN OTHERS THEN t := replace(t, found, '');
		END;
	END LOOP;
	LOOP
		found := substring(t FROM '((?:%[0-9A-Fa-f]{2})+)');
		EXIT WHEN found IS NULL;
		BEGIN
			t := replace(t, found, convert_from(decode(replace(found, '%', ''), 'hex'), 'UTF8'));
		EXCEPTION WHEN OTHERS THEN t := replace(t, found, replace(found, '%', ''));
		END;
	END LOOP;
	RETURN lower(normalize(t, NFC) COLLATE "und-x-icu");
END $f$;

${textFunction(
	'address',
	`CASE WHEN t ~ ${quoted(`^${SANITIZED}$`)} THEN t
		ELSE 'u' || left(pg_temp.digest(pg_temp.canonical(t)), 20) || ${quoted(`@${SANITIZED_HOST}`)} END`,
)}
${textFunction(
	'plain_address',
	`'u' || left(pg_temp.digest(lower(normalize(t, NFC) COLLATE "und-x-icu")), 20) || ${quoted(`@${SANITIZED_HOST}`)}`,
)}

-- Few characters are near an address, and the exact expression is slow: it sees these alone.
${textFunction(
	'scrub_run',
	`string_agg(CASE WHEN place % 2 = 1 THEN piece ELSE pg_temp.address(piece) END, '' ORDER BY place)
		FROM unnest(string_to_array(regexp_replace(t, ${quoted(pattern)}, '\\1' || ${MARK} || '\\2' || ${MARK}, 'g'), ${MARK}))
			WITH ORDINALITY pieces(piece, place)`,
)}
CREATE FUNCTION pg_temp.scrub_found(t text) RETURNS text LANGUAGE plpgsql STABLE AS $f$ DECLARE pieces text[]; BEGIN
	pieces := string_to_array(regexp_replace(replace(t, ${MARK}, ''), ${quoted(candidatePattern('postgresql'))},
		${MARK} || '\\1' || ${MARK}, 'g'), ${MARK});
	FOR place IN 2 .. cardinality(pieces) BY 2 LOOP
		pieces[place] := CASE WHEN pieces[place] ~ ${quoted(`^${SANITIZED}$`)} THEN pieces[place]
			WHEN pieces[place] ~ ${quoted(plainAddressPattern('postgresql'))} THEN pg_temp.plain_address(pieces[place])
			ELSE pg_temp.scrub_run(pieces[place]) END;
	END LOOP;
	RETURN array_to_string(pieces, '');
END $f$;
${textFunction('scrub', `CASE WHEN t ~ ${quoted(AT)} THEN pg_temp.scrub_found(t) ELSE t END`)}
${jsonFunction('scrub_json', 'scrub')}

CREATE FUNCTION pg_temp.holds_binary(b bytea) RETURNS boolean LANGUAGE sql STABLE AS $f$
	SELECT replace(encode(b, 'escape'), '\\000', '') ~ ${quoted(IN_BINARY)} $f$;

-- Files of Odoo are kept as base64 or as they are.
CREATE FUNCTION pg_temp.scrub_binary(b bytea) RETURNS bytea LANGUAGE plpgsql STABLE AS $f$ DECLARE t text; scrubbed text; BEGIN
	IF b IS NULL OR b = '' THEN RETURN b; END IF;
	BEGIN t := convert_from(b, 'UTF8'); EXCEPTION WHEN OTHERS THEN t := NULL; END;
	IF t IS NULL THEN RETURN CASE WHEN pg_temp.holds_binary(b) THEN '' ELSE b END; END IF;
	scrubbed := pg_temp.scrub(t);
	IF scrubbed <> t THEN RETURN convert_to(scrubbed, 'UTF8'); END IF;
	IF t ~ '^[A-Za-z0-9+/\\s]+={0,2}\\s*$' THEN
		BEGIN b := CASE WHEN pg_temp.holds_binary(decode(t, 'base64')) THEN '' ELSE b END; EXCEPTION WHEN OTHERS THEN NULL; END;
	END IF;
	RETURN b;
END $f$;

${textFunction('addresses', `(SELECT string_agg(found[1], ', ') FROM regexp_matches(pg_temp.scrub(t), ${quoted(`(${SANITIZED})`)}, 'g') found)`)}

${PSEUDONYMS.map((kind) =>
	[
		textFunction(
			kind,
			`CASE WHEN btrim(t, E' \\t\\n\\r') = '' OR t ~ ${quoted(DONE[kind])} THEN t ELSE ${PSEUDONYM[kind]} END`,
		),
		jsonFunction(`${kind}_json`, kind),
	].join('\n'),
).join('\n')}

-- A row that was written since it was read is at another place, and would be left as it is.
CREATE FUNCTION pg_temp.all_of(changed bigint, read bigint) RETURNS bigint LANGUAGE plpgsql AS $f$ BEGIN
	IF changed <> read THEN RAISE EXCEPTION 'rows were changed by others meanwhile'; END IF;
	RETURN changed;
END $f$;

-- Whether an address is left, at last.
CREATE FUNCTION pg_temp.holds(t text) RETURNS boolean LANGUAGE sql STABLE AS $f$
	SELECT CASE WHEN replace(t, ${quoted(`@${SANITIZED_HOST}`)}, '') ~ ${quoted(AT)} THEN EXISTS (
		SELECT FROM regexp_matches(regexp_replace(t, ${quoted(SANITIZED)}, ' ', 'g'), ${quoted(candidatePattern('postgresql'))}, 'g') found
		WHERE found[1] ~ ${quoted(pattern)}) ELSE false END $f$;
CREATE FUNCTION pg_temp.holds_in_binary(b bytea) RETURNS boolean LANGUAGE plpgsql STABLE AS $f$ DECLARE t text; BEGIN
	BEGIN t := convert_from(b, 'UTF8'); EXCEPTION WHEN OTHERS THEN RETURN pg_temp.holds_binary(b); END;
	IF pg_temp.holds(t) THEN RETURN true; END IF;
	IF t ~ '^[A-Za-z0-9+/\\s]+={0,2}\\s*$' THEN
		BEGIN RETURN pg_temp.holds_binary(decode(t, 'base64')); EXCEPTION WHEN OTHERS THEN NULL; END;
	END IF;
	RETURN false;
END $f$;
`;
