import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const typed = ['backend/src/**/*.ts', 'test/**/*.ts', 'nodes/**/*.ts', 'credentials/**/*.ts'];

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
			eqeqeq: 'error',
		},
	},
);
