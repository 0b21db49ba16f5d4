'use strict';

// Lets a child process of a test run TypeScript: `node -r ./test/support/ts-register.cjs file.ts`.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { transformSync } = require('@swc/core');

Module._extensions['.ts'] = (module, filename) => {
	const { code } = transformSync(readFileSync(filename, 'utf8'), {
		filename,
		jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
		module: { type: 'commonjs' },
	});
	module._compile(code, filename);
};

/** The packages under backend/packages as they are written, not as they were built last. */
const sourceOf = (_, name, door = 'index') => path.join(__dirname, '../../backend/packages', name, 'src', `${door}.ts`);
const resolve = Module._resolveFilename;
Module._resolveFilename = (request, ...rest) =>
	resolve(request.replace(/^@odoo-platform\/([^/]+)(?:\/([^/]+))?$/, sourceOf), ...rest);
