import { pythonRepr } from './python-repr';
import { findMethod, methodNames } from './base-methods';
import type { Method } from './method';
import type { Model } from './model';
import type { Env } from './orm';
import { describeFields } from './read';

/** What `/doc-bearer/<model>.json` answers (Odoo 19's `api_doc`): the fields and the signatures of the methods. */
export function describeModel(env: Env, name: string): Record<string, unknown> | null {
	const model = env.registry.models.get(name);
	if (!model) return null;
	const methods = methodNames(env, model).flatMap((method): [string, unknown][] => {
		const found = findMethod(env, model, method);
		return found ? [[method, describeMethod(found)]] : [];
	});
	return {
		model: name,
		name: model.description,
		doc: null,
		fields: describeFields(env, model, null, null),
		methods: Object.fromEntries(methods),
	};
}

/** What `/doc-bearer/index.json` answers: the models with the names of their fields and methods. */
export function describeIndex(env: Env): Record<string, unknown> {
	return {
		modules: [...env.draft.rows('ir.module.module').values()].map((row) => row.name),
		models: [...env.registry.models.values()].map((model: Model) => ({
			model: model.name,
			name: model.description,
			fields: Object.fromEntries([...model.fields].map(([name, field]) => [name, { string: field.string }])),
			methods: methodNames(env, model),
		})),
	};
}

function describeMethod({ parameters, takesMore, api }: Method): Record<string, unknown> {
	const shown = parameters.map(({ name, required, default: value }) =>
		required ? name : `${name}=${pythonRepr(value)}`,
	);
	return {
		signature: `(${[...shown, ...(takesMore ? ['**kwargs'] : [])].join(', ')})`,
		parameters: Object.fromEntries(
			parameters.map(({ name, required, default: value }) => [name, required ? {} : { default: value }]),
		),
		...(api === 'model' ? { api: ['model'] } : {}),
		doc: null,
	};
}
