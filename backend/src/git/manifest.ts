import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { approximatePythonLiteral, PythonSyntaxError, type PythonValue } from '../odoo/python-literal';
import type { Addon } from '../runtimes/runtime';

/** What a manifest says of its add-on. */
export type Manifest = Omit<Addon, 'name' | 'path'>;

/** Why Odoo could not load an add-on, in a sentence for its owner. */
export class NotLoadable {
	constructor(readonly reason: string) {}
}

const dictionary = z.record(z.string(), z.custom<PythonValue>());
const strings = z.array(z.string());

/**
 * Reads an add-on's `__manifest__.py` without running it, as Odoo reads it
 * (https://github.com/odoo/odoo/blob/19.0/odoo/modules/module.py): what is missing has a default, `installable` is
 * whatever Python holds true, and what is not used here may be anything.
 * @param name the add-on's technical name
 */
export function readManifest(name: string, bytes: Buffer): Manifest | NotLoadable {
	const literal = readLiteral(bytes);
	if (literal instanceof NotLoadable) return literal;
	const parsed = Array.isArray(literal) ? undefined : dictionary.safeParse(literal).data;
	if (parsed === undefined) return new NotLoadable('Its manifest is not a dictionary.');
	const fields = new Map(Object.entries(parsed));
	const installable = isTrue(fields.get('installable') ?? !fields.has('installable'));
	const version = textOf(fields.get('version') ?? (fields.has('version') ? null : DEFAULT_VERSION));
	if (version === undefined && installable) return new NotLoadable('The "version" of its manifest must be a string.');
	const depends = dependsOf(name, fields.get('depends'));
	if (depends === undefined) return new NotLoadable('The "depends" of its manifest must be a list of strings.');
	if (triggersOf(fields.get('auto_install')).some((trigger) => !depends.includes(trigger))) {
		return new NotLoadable('The "auto_install" of its manifest names what its "depends" does not.');
	}
	return {
		title: (textOf(fields.get('name')) || name).slice(0, 500),
		version: (version || DEFAULT_VERSION).slice(0, 100),
		summary: (textOf(fields.get('summary')) ?? '').trim().slice(0, 1_000),
		depends,
		installable,
	};
}

const DEFAULT_VERSION = '1.0';

function readLiteral(bytes: Buffer): PythonValue | NotLoadable {
	if (!isUtf8(bytes)) return new NotLoadable('Its manifest is not text in UTF-8.');
	try {
		return approximatePythonLiteral(bytes.toString());
	} catch (error) {
		if (!(error instanceof PythonSyntaxError)) throw error;
		return new NotLoadable(`Line ${error.line} of its manifest: ${error.reason}.`);
	}
}

/** What Python holds true: all but nothing, zero and what is empty. */
function isTrue(value: PythonValue): boolean {
	return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}

/** A string, or a number as one: what is written as 1.0 has come as 1. */
function textOf(value: PythonValue | undefined): string | undefined {
	if (typeof value === 'number') return Number.isInteger(value) ? `${value}.0` : String(value);
	return typeof value === 'string' ? value : undefined;
}

/** Every add-on but `base` itself needs that; undefined where it is no list of names. */
function dependsOf(name: string, value: PythonValue | undefined): string[] | undefined {
	if (value === undefined || !isTrue(value)) return name === 'base' ? [] : ['base'];
	return strings.safeParse(dictionary.safeParse(value).success && !Array.isArray(value) ? keysOf(value) : value).data;
}

/** What must be installed for the add-on to be installed by itself; Python goes through a string by its characters. */
function triggersOf(value: PythonValue | undefined): unknown[] {
	if (typeof value === 'string') return Array.from(value);
	return typeof value === 'object' && value !== null ? (Array.isArray(value) ? value : keysOf(value)) : [];
}

const keysOf = (value: PythonValue) => Object.keys(value ?? {});
