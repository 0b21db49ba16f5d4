import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { inPlainEnglish } from '../core/complaint';
import { parsePythonLiteral, PythonSyntaxError } from '../odoo/python-literal';
import type { Addon } from '../runtimes/runtime';
import { GitError } from './git-error';

/** https://www.odoo.com/documentation/19.0/developer/reference/backend/module.html; what isn't used here is let pass. */
const manifestSchema = z.looseObject({
	name: z.string('must be a string').min(1, 'must not be empty').max(500, 'is longer than 500 characters'),
	version: z.string('must be a string').max(100, 'is longer than 100 characters').default('1.0'),
	summary: z.string('must be a string').default(''),
	depends: z.array(z.string('must be a string'), 'must be a list of strings').default([]),
	installable: z.boolean('must be True or False').default(true),
});

/**
 * Reads an add-on's `__manifest__.py` without running it.
 * @param path of the manifest in the repository, with `/`
 * @throws GitError manifest_invalid, naming the path, the line where there is one, and the reason
 */
export function parseManifest(path: string, bytes: Buffer): Addon {
	const manifest = manifestSchema.safeParse(readLiteral(path, bytes), inPlainEnglish);
	if (!manifest.success) {
		const reasons = manifest.error.issues.map((issue) =>
			issue.path.length === 0 ? 'it must be a dictionary' : `"${issue.path.join('.')}" ${issue.message}`,
		);
		throw invalid(path, `${reasons.join('; ')}.`);
	}
	const { name: title, version, summary, depends, installable } = manifest.data;
	const name = path.split('/').at(-2) ?? '';
	return { name, title, version, summary: summary.trim().slice(0, 1_000), depends, installable };
}

function readLiteral(path: string, bytes: Buffer): unknown {
	if (!isUtf8(bytes)) throw invalid(path, 'it is not text in UTF-8.');
	try {
		return parsePythonLiteral(new TextDecoder().decode(bytes));
	} catch (error) {
		if (error instanceof PythonSyntaxError) throw invalid(`${path}, line ${error.line}`, `${error.reason}.`);
		throw error;
	}
}

/** A manifest that Odoo could not load. */
export const invalid = (where: string, reason: string) => new GitError('manifest_invalid', `${where}: ${reason}`);
