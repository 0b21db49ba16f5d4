import { readdirSync } from 'node:fs';
import js from '@eslint/js';
import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

const typed = [
	'backend/src/**/*.ts',
	'backend/packages/**/*.ts',
	'test/**/*.ts',
	'nodes/**/*.ts',
	'credentials/**/*.ts',
];

/** What n8n reviews a community package by; its warnings are errors here. */
const n8n = {
	plugins: { '@n8n/community-nodes': n8nCommunityNodesPlugin, 'n8n-nodes-base': n8nNodesBase },
	rules: Object.fromEntries(
		Object.keys(n8nCommunityNodesPlugin.configs.recommended.rules).map((rule) => [rule, 'error']),
	),
};

/** The folders of the backend, and its features. */
const foldersOf = (path) =>
	readdirSync(new URL(path, import.meta.url), { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map(({ name }) => name);
const features = foldersOf('backend/src/features');

/** What files may not import, besides what lies behind a package's door. */
const restricted = (files, ...patterns) => ({
	files: [files],
	rules: {
		'no-restricted-imports': [
			'error',
			{
				patterns: [
					{ regex: '/packages/', message: 'A package is used by its name, through its door.' },
					...patterns,
				],
			},
		],
	},
});

/** The rooms of the questions' package: each imports only from those before it. */
const rooms = ['text', 'dates', 'vocabulary', 'question', 'answer', 'command'];

export default tseslint.config(
	{ ignores: ['**/dist/', '**/node_modules/', '.data/', 'coverage/'] },
	{
		files: ['**/*.{js,mjs}'],
		...js.configs.recommended,
		languageOptions: {
			globals: {
				console: 'readonly',
				process: 'readonly',
				module: 'writable',
				require: 'readonly',
				URL: 'readonly',
				AbortController: 'readonly',
				fetch: 'readonly',
				TextDecoderStream: 'readonly',
			},
		},
	},
	{
		files: typed,
		extends: [js.configs.recommended, ...tseslint.configs.strictTypeChecked],
		languageOptions: {
			parserOptions: {
				projectService: true,
				tsconfigRootDir: import.meta.dirname,
			},
		},
		rules: {
			'@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
			'@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
			'@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
			'@typescript-eslint/consistent-type-imports': 'error',
			// At typescript-eslint 8.74.0 it overflows the stack on the types of mongoose's schemas.
			'@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
			eqeqeq: 'error',
		},
	},
	// What a package exports holds at run time; this also holds for paths into its files.
	restricted('test/**/*.ts'),
	restricted('backend/src/*.ts'),
	...foldersOf('backend/src')
		.filter((room) => room !== 'features')
		.map((room) =>
			restricted(`backend/src/${room}/**/*.ts`, {
				...(room === 'core' ? { regex: '^[.]{2}/' } : { regex: '/features/' }),
				message: `${room}/ knows no ${room === 'core' ? 'other folder' : 'feature'}.`,
			}),
		),
	restricted('backend/src/features/*.ts'),
	...features.map((feature) =>
		restricted(`backend/src/features/${feature}/**/*.ts`, {
			regex: `/(${features.filter((other) => other !== feature).join('|')})/(model|([a-z-]+-)?routes)$`,
			message: 'Another feature is asked by its service; its collection and routes are its own.',
		}),
	),
	...rooms.map((room, at) => ({
		files: [`backend/packages/odoo-questions/src/${room}/**/*.ts`],
		rules: {
			'no-restricted-imports': [
				'error',
				{
					patterns: [
						{
							regex: `/(${[...rooms.slice(at + 1), 'rules-planner', 'index'].join('|')})(/|$)`,
							message: `The room ${room} imports only from those before it: ${rooms.join(', ')}.`,
						},
					],
				},
			],
		},
	})),
	{
		files: ['package.json'],
		plugins: n8n.plugins,
		languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
		rules: { ...n8n.rules, ...n8nNodesBase.configs.community.rules },
	},
	{
		files: ['credentials/**/*.ts'],
		plugins: n8n.plugins,
		rules: {
			...n8n.rules,
			...n8nNodesBase.configs.credentials.rules,
			// For nodes inside n8n; a community package must name a page of its own.
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
		},
	},
	{
		files: ['nodes/**/*.ts'],
		plugins: n8n.plugins,
		rules: {
			...n8n.rules,
			...n8nNodesBase.configs.nodes.rules,
			// Older than the community rule that asks for NodeConnectionTypes instead of 'main'.
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
		},
	},
);
