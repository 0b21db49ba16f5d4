import { isJsonObject, type JsonValue } from '../json';
import { RecordsError } from './errors';

/** The size of one file, in bytes; in base64 it is a third longer. */
export const MAX_FILE_BYTES = 3 * 1024 * 1024;

/** A file to attach to a record. */
export interface Attachment {
	readonly name: string;
	/** Base64. */
	readonly datas: string;
}

/** The files in `attachment_ids`: `[{ name, datas }]`. @throws {RecordsError} */
export function readAttachments(value: JsonValue, place: string): Attachment[] {
	if (value === null || value === false) return [];
	if (!Array.isArray(value)) throw new RecordsError('invalid_value', `${place}: ${FORM}`);
	return value.map((file, index) => {
		const { name, datas, ...others } = isJsonObject(file) ? file : {};
		const where = `${place}[${index}]`;
		if (typeof name !== 'string' || name === '' || typeof datas !== 'string' || Object.keys(others).length > 0) {
			throw new RecordsError('invalid_value', `${where}: ${FORM}`);
		}
		checkBase64(datas, where);
		return { name, datas };
	});
}

const FORM = 'must be a list of files, each { "name": …, "datas": … in base64 }.';

/** @throws {RecordsError} for what is no base64 (RFC 4648, section 4), and for too much of it. */
export function checkBase64(text: string, place: string): void {
	if (text.length > Math.ceil(MAX_FILE_BYTES / 3) * 4) {
		throw new RecordsError('too_large', `${place}: a file may have at most ${MAX_FILE_BYTES} bytes.`);
	}
	if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
		throw new RecordsError('invalid_value', `${place}: this is no base64.`);
	}
}
