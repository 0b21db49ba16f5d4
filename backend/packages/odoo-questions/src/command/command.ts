import type { Answer, PlannedCall } from '../contract';
import type { JsonObject, JsonValue } from '../json';
import type { Mention } from '../question/mentions';
import { NotUnderstood } from '../text/not-understood';
import type { Token } from '../text/tokenizer';
import type { Subject } from '../vocabulary/subjects';
import type { Vocabulary } from '../vocabulary/vocabulary';
import type { Verb } from './verbs';

/** A message that asks for a change. */
export interface Command {
	readonly message: string;
	readonly tokens: readonly Token[];
	readonly verb: Verb;
	/** The position of the token after the verb. */
	readonly start: number;
	readonly head: Mention;
	readonly vocabulary: Vocabulary;
	readonly now: Date;
}

export const oneAtATime = ({ singular }: Subject) =>
	new NotUnderstood(
		`I change one record at a time. Say which ${singular} is meant, by its name or as “${singular} id 7”.`,
	);

export const afterNoun = ({ head }: Command) => head.start + head.length;

/** The text as it was written, without quotes around it or punctuation at its end. */
export function textOf({ message, tokens }: Command, start: number, stop: number): string {
	let end = Math.min(stop, tokens.length);
	while (end > start && /^[.!?;,]$/.test(tokens[end - 1]?.text ?? '')) end -= 1;
	const [first, last] = [tokens[start], tokens[end - 1]];
	if (!first || !last || end <= start) return '';
	if (first === last && first.kind === 'quoted') return first.text;
	return message
		.slice(first.start, last.end)
		.replace(/[.!?]+$/, '')
		.trim();
}

export function skip(tokens: readonly Token[], start: number, words: RegExp): number {
	let at = start;
	while (at < tokens.length && tokens[at]?.kind !== 'quoted' && words.test(tokens[at]?.text.toLowerCase() ?? ''))
		at += 1;
	return at;
}

export const indexOf = (tokens: readonly Token[], start: number, words: RegExp): number =>
	tokens.findIndex(({ kind, text }, index) => index >= start && kind !== 'quoted' && words.test(text.toLowerCase()));

export const notRead = ({ head }: Command, tokens: readonly Token[]) =>
	new NotUnderstood(
		`I did not understand “${tokens.map(({ text }) => text).join(' ')}” in a wish about a ${head.subject.singular}, and plan nothing that I did not understand.`,
	);

export const planned = (
	text: string,
	model: string,
	method: string,
	args: JsonValue[],
	kwargs: JsonObject = {},
): Extract<Answer, { kind: 'planned' }> => {
	const call: PlannedCall = { model, method, args, kwargs };
	return { kind: 'planned', text, calls: [call] };
};
