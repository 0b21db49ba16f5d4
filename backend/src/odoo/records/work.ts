import type { CallOptions, OdooClient } from '../client';
import { OdooError, type OdooErrorKind } from '../errors';
import { RecordsError } from './errors';
import type { Call } from './lines';

/** Something that a request made in Odoo, and how to take it away again. */
export interface Made {
	/** For the message that it is left, e.g. `res.partner 45`. */
	readonly name: string;
	undo(call: Call): Promise<void>;
}

/** After which failures what a request had made is undone. */
export interface Rollback {
	/** Where this module refuses the rest of the request. */
	readonly onRefusal: boolean;
	/** Where Odoo refuses or fails, or the request is given up. */
	readonly onError: boolean;
}

/** The calls of one request. Odoo keeps each by itself, so what earlier ones made is undone when a later one fails. */
export class Work {
	private readonly made: Made[] = [];

	constructor(
		private readonly client: OdooClient,
		private readonly options: CallOptions,
		private readonly rollback: Rollback,
	) {}

	/** Sends a call within the request's limits. */
	readonly call: Call = (request) => this.client.call(request, this.options);

	/** A call that uses what was made before: all of that stays if no answer says whether it took effect. */
	readonly callUsing: Call = async (request) => {
		try {
			return await this.call(request);
		} catch (error) {
			if (this.made.length === 0 || isRefusal(error)) throw error;
			const names = this.made.splice(0).map(({ name }) => name);
			throw leftBehind(
				error,
				`It is not known whether Odoo carried it out. Made before it, and kept: ${names.join(', ')}.`,
			);
		}
	};

	/** Notes what was made, to be taken away if the request fails. */
	add(made: Made): void {
		this.made.push(made);
	}

	/** Does the work; when it fails, undoes what it had done unless that is to be kept, and rejects with the reason. */
	async run<T>(work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			const { onRefusal, onError } = this.rollback;
			if (this.made.length > 0 && !(error instanceof RecordsError ? onRefusal : onError)) {
				const names = this.made.map(({ name }) => name);
				throw leftBehind(error, `Made before it, and kept, as the settings say: ${names.join(', ')}.`);
			}
			const left: string[] = [];
			// Without the request's signal, which may be why it ended.
			const call: Call = (request) => this.client.call(request);
			for (const made of this.made.splice(0).reverse()) {
				await made.undo(call).catch((reason: unknown) => left.push(`${made.name} (${messageOf(reason)})`));
			}
			throw left.length > 0
				? leftBehind(error, `Made before, and could not be removed again: ${left.join(', ')}.`)
				: error;
		}
	}
}

const leftBehind = (cause: unknown, what: string) =>
	new RecordsError('left_behind', `${messageOf(cause)} ${what}`, { cause });

const messageOf = (error: unknown) => (error instanceof Error ? error.message : 'The request was given up.');

const UNANSWERED: ReadonlySet<OdooErrorKind> = new Set(['timeout', 'unreachable', 'too_large', 'not_odoo']);

/** Whether Odoo said no, and so did nothing; else it gave no answer that says, e.g. failed without a word. */
const isRefusal = (error: unknown) =>
	error instanceof OdooError &&
	!UNANSWERED.has(error.kind) &&
	(error.kind !== 'server_error' || error.exception !== null);
