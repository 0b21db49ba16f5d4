'use strict';

/** Packages published as ES modules alone, which jest must compile. */
const esModules = ['@seriousme/openapi-schema-validator', 'age-encryption', '@noble/[^/]+', '@scure/base'];

/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	setupFiles: ['<rootDir>/test/support/threads.cjs'],
	testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/backend/packages/*/test/**/*.test.ts'],
	// The packages under backend/packages as they are written, not as they were built last.
	testEnvironmentOptions: { customExportConditions: ['odoo-platform-source', 'node', 'node-addons'] },
	transform: {
		'^.+\\.(t|j)s$': [
			'@swc/jest',
			{
				jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
				module: { type: 'commonjs' },
				sourceMaps: 'inline',
			},
		],
	},
	transformIgnorePatterns: [`/node_modules/(?!(${esModules.join('|')})/)`],
	modulePathIgnorePatterns: [
		'<rootDir>/dist',
		'<rootDir>/backend/dist',
		'<rootDir>/backend/packages/[^/]+/dist',
		'<rootDir>/.data',
	],
	// jest would leave one core to the watcher; on two cores that halves the speed.
	maxWorkers: '100%',
	// Ends what hangs. A test that works takes a second or two, and on a loaded machine as long as it takes.
	testTimeout: 120_000,
};
