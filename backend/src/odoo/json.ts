/** Anything that JSON can say. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

export interface JsonObject {
	[key: string]: JsonValue;
}

/** @throws SyntaxError */
export const parseJson: (text: string) => JsonValue = (text) => parse(text);
const parse: (text: string) => JsonValue = JSON.parse;

export const isJsonObject = (value: JsonValue | undefined): value is JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
