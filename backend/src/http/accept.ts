import { ApiError } from '../core/errors';

/**
 * Which of the media types a client prefers (RFC 9110, 12.5.1); the first one where it has no preference.
 * @throws {ApiError} 406 not_acceptable where it takes none of them.
 */
export function preferredType<const T extends string>(
	accept: string | undefined,
	types: readonly [T, ...(readonly T[])],
): T {
	const ranges = (accept ?? '*/*').split(',').map(parseRange);
	const rated = types.map((type) => ({ type, quality: qualityOf(type, ranges) }));
	const best = rated.reduce((one, other) => (other.quality > one.quality ? other : one));
	if (best.quality > 0) return best.type;
	throw new ApiError('not_acceptable', `This answers ${types.join(', ')}; name one of them in Accept.`);
}

interface Range {
	readonly name: string;
	readonly quality: number;
}

function parseRange(text: string): Range {
	const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
	const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
	return { name, quality: /^[01](\.\d{0,3})?$/.test(quality) ? Number(quality) : 0 };
}

/** What the most specific range that covers the type says of it. */
function qualityOf(type: string, ranges: readonly Range[]): number {
	const names = [type, `${type.slice(0, type.indexOf('/'))}/*`, '*/*'];
	const found = names.map((name) => ranges.find((range) => range.name === name)).find((range) => range !== undefined);
	return found?.quality ?? 0;
}
