import {
	NodeOperationError,
	jsonParse,
	type GenericValue,
	type IDataObject,
	type IExecuteFunctions,
	type INode,
} from 'n8n-workflow';
import { isDataObject, isList } from '../shared/data';
import { asRefusal, bodyOf, failure, refusal, withItem, type InputNames } from '../shared/failure';
import { roundedIn, switchIn, wholeIn } from '../shared/plain';
import type { AskOptions, Rounds } from './rounds';

/** A call of a method of a model, as the gateway's `execute_method` takes it. */
export interface OdooCall {
	model: string;
	method: string;
	args?: GenericValue[];
	kwargs?: IDataObject;
}

/** One input item: what its parameters say, and what is asked of the gateway for it. */
export class Item {
	/** The options, once they were asked for: n8n works each parameter out anew every time. */
	private chosen?: IDataObject;

	constructor(
		readonly context: IExecuteFunctions,
		readonly index: number,
		readonly rounds: Rounds,
		/** How the operation's parameters are displayed that Odoo may find fault with. */
		private readonly inputs: InputNames,
	) {}

	get node(): INode {
		return this.context.getNode();
	}

	/** What is wrong with a parameter of this item, and how to go on. */
	problem(message: string, description: string): NodeOperationError {
		return new NodeOperationError(this.node, withItem(message, this.index), {
			itemIndex: this.index,
			description,
		});
	}

	/** What came in. */
	get json(): IDataObject {
		return this.context.getInputData()[this.index]?.json ?? {};
	}

	parameter(name: string): unknown {
		return this.context.getNodeParameter(name, this.index, undefined, { extractValue: true });
	}

	/** A text with something in it. */
	text(name: string, displayName: string): string {
		const value = this.parameter(name);
		if (typeof value === 'string' && value.trim() !== '') return value.trim();
		throw this.problem(
			`The parameter "${displayName}" is empty`,
			`Enter a value, or check what the expression of "${displayName}" gives for this item.`,
		);
	}

	/** A JSON parameter that must be a list; left empty, it is one. */
	list(name: string, displayName: string, example: string): GenericValue[] {
		const value = this.exactJson(name, displayName, []);
		if (isList(value)) return value;
		throw this.problem(`The parameter "${displayName}" is not a JSON array`, example);
	}

	/** A JSON parameter that must be an object; left empty, it is one. */
	object(name: string, displayName: string, example: string): IDataObject {
		const value = this.exactJson(name, displayName, {});
		if (isDataObject(value)) return value;
		throw this.problem(`The parameter "${displayName}" is not a JSON object`, example);
	}

	/** What a JSON parameter has; whole numbers in it are those that were written. */
	private exactJson(name: string, displayName: string, empty: unknown): unknown {
		const source = this.parameter(name);
		const rounded = roundedIn(source);
		if (rounded === undefined) return jsonIn(source, empty);
		throw this.problem(
			`The parameter "${displayName}" has the number ${rounded}, which would be rounded`,
			'Whole numbers beyond 9007199254740991 cannot be sent exactly. Send it as a text, in double quotes, if the method takes one.',
		);
	}

	/** The technical name of the model. */
	model(): string {
		return this.text('model', 'Model');
	}

	/** The id of the record. */
	recordId(displayName = 'Record'): number {
		const value = this.parameter('record');
		const id = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
		if (typeof id === 'number' && Number.isInteger(id) && id > 0) return id;
		throw this.problem(
			`The parameter "${displayName}" is not an ID`,
			`Choose one from the list, or check what the expression of "${displayName}" gives for this item: an ID is a positive whole number.`,
		);
	}

	/** What was chosen in Options. */
	options(): IDataObject {
		if (this.chosen === undefined) {
			const options = this.context.getNodeParameter('options', this.index, {});
			this.chosen = isDataObject(options) ? options : {};
		}
		return this.chosen;
	}

	/** A switch among the parameters or, as `options.name`, among the options. */
	flag(name: string, displayName: string): boolean {
		const value = this.given(name);
		const read = value === '' ? false : switchIn(value ?? false);
		if (read !== undefined) return read;
		throw this.problem(
			`"${displayName}" is neither true nor false`,
			`Check what the expression of "${displayName}" gives for this item: true or false, yes or no, 1 or 0.`,
		);
	}

	/** A whole number among the parameters or, as `options.name`, among the options. */
	whole(name: string, displayName: string, { min, otherwise }: { min: number; otherwise: number }): number {
		const value = this.given(name);
		const read = value === undefined || value === null || value === '' ? otherwise : wholeIn(value);
		if (read !== undefined && read >= min) return read;
		throw this.problem(
			`"${displayName}" is not a whole number of ${min} or more`,
			`Check what the expression of "${displayName}" gives for this item.`,
		);
	}

	private given(name: string): unknown {
		const [, option] = /^options\.(\w+)$/.exec(name) ?? [];
		return option === undefined ? this.parameter(name) : this.options()[option];
	}

	/** The names in a parameter with several of them: a list, or a text with commas between them. */
	names(name: string): string[] {
		return namesIn(this.parameter(name));
	}

	/** The context for Odoo that the options ask for; none where they don't. */
	odooContext(more: IDataObject = {}): IDataObject {
		const { context = '' } = this.options();
		const own = jsonIn(context, {});
		if (!isDataObject(own)) {
			throw this.problem(
				'The option "Context" is not a JSON object',
				'Write it as an object, e.g. {"lang": "fr_FR"}.',
			);
		}
		const all = { ...more, ...own };
		return Object.keys(all).length === 0 ? {} : { context: all };
	}

	/** Which Odoo the options name; the key's own where they name none. */
	odoo(): IDataObject {
		const { connection, environmentId } = this.options();
		return {
			...(isText(connection) && { connection }),
			...(isText(environmentId) && { environment_id: environmentId }),
		};
	}

	/** The whole body of what the platform answers. */
	async send(body: IDataObject, options?: AskOptions): Promise<IDataObject> {
		const reply = await this.rounds.ask(body, { ...options, item: this.index }).catch((error: unknown) => {
			throw asRefusal(this.node, error, this.index);
		});
		const answer = bodyOf(this.node, reply, this.index, this.inputs);
		if (answer.success === false) throw refusal(this.node, reply, this.index, this.inputs);
		return answer;
	}

	/** What the gateway answers to an action. */
	async ask(action: IDataObject, options?: AskOptions): Promise<GenericValue> {
		return (await this.send({ ...action, ...this.odoo() }, options)).data;
	}

	/** What a method of Odoo answers. */
	call({ model, method, args = [], kwargs = {} }: OdooCall, options?: AskOptions): Promise<GenericValue> {
		return this.ask({ action: 'execute_method', model, method, args, kwargs }, options);
	}

	/** The error for an answer that makes no sense. */
	strangeAnswer(method: string): Error {
		return failure(this.node, {
			message: `Odoo answered "${method}" with something that makes no sense`,
			description: ['Try the same with the resource "Method" to see the answer as it is.'],
			itemIndex: this.index,
		});
	}
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** The value of a JSON parameter: typed text is parsed, what an expression made is taken as it is. */
export function jsonIn(value: unknown, empty: unknown): unknown {
	if (typeof value !== 'string') return value ?? empty;
	return value.trim() === '' ? empty : jsonParse<unknown>(value, { fallbackValue: null });
}

/** The names in a list, or in a text with commas between them. */
export function namesIn(value: unknown): string[] {
	const names = Array.isArray(value) ? value.filter(isText) : isText(value) ? value.split(',') : [];
	return names.map((name) => name.trim()).filter(isText);
}
