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

const DEFAULT_VERSION = '1.0';
const BYTE_ORDER_MARK = '\uFEFF';
const strings = z.array(z.string());

/**
 * Reads an add-on's manifest without running it, as Odoo reads it: what is missing has a default, `installable` is
 * whatever Python holds true, and what is not used here may be anything
 * (https://github.com/odoo/odoo/blob/19.0/odoo/modules/module.py).
 * @param name the add-on's technical name
 */
export function readManifest(name: string, bytes: Buffer): Manifest | NotLoadable {
	const literal = readLiteral(bytes);
	if (literal instanceof NotLoadable) return literal;
	const entries = entriesOf(literal);
	if (entries === undefined) return new NotLoadable('Its manifest is not a dictionary.');
	const fields = new Map(entries);
	const installable = isTrue(fields.get('installable') ?? !fields.has('installable'));
	const version = fields.has('version') ? textOf(fields.get('version')) : DEFAULT_VERSION;
	if (version === undefined && installable) return new NotLoadable('The "version" of its manifest must be a string.');
	const depends = dependsOf(name, fields.get('depends'));
	if (depends === undefined) return new NotLoadable('The "depends" of its manifest must be a list of strings.');
	const needed = new Set<unknown>(depends);
	if (triggersOf(fields.get('auto_install')).some((trigger) => !needed.has(trigger))) {
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

function readLiteral(bytes: Buffer): PythonValue | NotLoadable {
	if (!isUtf8(bytes)) return new NotLoadable('Its manifest is not text in UTF-8, which Odoo reads alone.');
	const text = bytes.toString();
	if (text.startsWith(BYTE_ORDER_MARK)) {
		return new NotLoadable('Its manifest begins with a byte order mark, which Odoo does not take.');
	}
	try {
		return approximatePythonLiteral(text);
	} catch (error) {
		if (!(error instanceof PythonSyntaxError)) throw error;
		return new NotLoadable(`Line ${error.line} of its manifest: ${error.reason}.`);
	}
}

/** Of a dictionary. */
function entriesOf(value: PythonValue | undefined): [string, PythonValue][] | undefined {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined;
}

/** What Python holds true: all but nothing, zero and what is empty. */
const isTrue = (value: PythonValue): boolean =>
	typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);

/** A string, or a number as one: what was written as 1.0 has come as 1. */
function textOf(value: PythonValue | undefined): string | undefined {
	if (typeof value === 'number') return Number.isInteger(value) ? `${value}.0` : String(value);
	return typeof value === 'string' ? value : undefined;
}

/** What Python goes through, one by one: a string by its characters, a dictionary by its keys. */
function itemsOf(value: PythonValue | undefined): unknown {
	return typeof value === 'string' ? Array.from(value) : (entriesOf(value)?.map(([key]) => key) ?? value);
}

/** Every add-on but `base` itself needs that; undefined where it is no list of names. */
function dependsOf(name: string, value: PythonValue | undefined): string[] | undefined {
	if (value === undefined || !isTrue(value)) return name === 'base' ? [] : ['base'];
	return typeof value === 'string' ? undefined : strings.safeParse(itemsOf(value)).data;
}

/** What must be installed for the add-on to be installed by itself. */
function triggersOf(value: PythonValue | undefined): readonly unknown[] {
	const items = itemsOf(value);
	return Array.isArray(items) ? items : [];
}
