import { sleep, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import { isDataObject, objectAt, objectsAt, textAt } from '../shared/data';
import type { Reply } from '../shared/failure';
import { send } from '../shared/transport';

/** The most actions that the gateway takes in one `batch`. */
const MAX_ACTIONS = 500;

/** How many bytes of actions go together. The platform reads 5 MiB; a single action may have all of it, for a file. */
const MAX_BYTES = 1_000_000;

/** How heavy one `batch` may be, as {@link AskOptions.weight} has it: the gateway gives one two minutes and 32 MiB. */
const MAX_WEIGHT = MAX_ACTIONS;

/** The longest wait that the platform may ask for with `Retry-After`, in seconds; its limits are per minute. */
const LONGEST_WAIT = 60;

/** How often one request may be asked to wait. */
const MAX_WAITS = 5;

/** The weight of a usual call. */
const CALL = 5;

const GATEWAY = '/api/n8n/webhook';

/** How an action goes to the gateway. */
export interface AskOptions {
	/**
	 * How much it is for Odoo, in creates, which are carried out together; `Infinity` for what must go alone. Unless told,
	 * it is a call by itself.
	 */
	weight?: number;
	/** It answers the same to all items, so that it is asked for once a run. */
	once?: boolean;
	/** The address of a record route, which takes one request at a time. */
	route?: string;
	/** The number of the item that asks: a round asks in the order of the items. */
	item?: number;
}

interface Question extends Required<Omit<AskOptions, 'once'>> {
	body: IDataObject;
	bytes: number;
	answer: Promise<Reply>;
	resolve: (reply: Reply) => void;
	reject: (error: unknown) => void;
	/** How many items wait for it. */
	waiting: number;
	settled: boolean;
}

/**
 * Runs the work of all items side by side, and carries what they ask to the platform in rounds: once every item waits for
 * an answer, everything asked goes in as few requests as fit. So a thousand items that each search and then write need
 * a handful of requests, while each item's work reads as if it were alone. It asks one thing after the other: what an item
 * would ask side by side could wait for ever.
 */
export class Rounds {
	private running = 0;
	private stopped = false;
	private readonly queue: Question[] = [];
	private readonly shared = new Map<string, Question>();
	private readonly turns = new Map<string, Promise<void>>();
	private sending = false;

	/** With `stopOnError`, nothing more is sent once the work of an item has failed. */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly stopOnError: boolean,
	) {}

	/** Does the work of every item; the first that fails fails them all. */
	async run<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
		this.running++;
		const all = Promise.all(items.map((item) => this.work(() => work(item))));
		this.leave();
		await all;
	}

	/** What the platform answers to one item's question, whatever it is. */
	async ask(
		body: IDataObject,
		{ weight = CALL, once = false, route = GATEWAY, item = 0 }: AskOptions = {},
	): Promise<Reply> {
		const key = JSON.stringify(body);
		const known = once ? this.shared.get(key) : undefined;
		const question = known ?? newQuestion({ body, weight, route, item, bytes: Buffer.byteLength(key) });
		if (known === undefined) {
			this.queue.push(question);
			if (once) this.shared.set(key, question);
		}
		if (!question.settled) {
			question.waiting++;
			this.leave();
		}
		return question.answer;
	}

	/** Does work after all work begun before with the same key: what one of them makes, the next one finds. */
	inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
		const before = this.turns.get(key);
		const mine = before === undefined ? work() : this.waitFor(before).then(work);
		const ended = mine.then(
			() => {},
			() => {},
		);
		this.turns.set(key, ended);
		return mine;
	}

	private async waitFor(other: Promise<unknown>): Promise<void> {
		this.leave();
		await other;
		this.running++;
	}

	private async work(work: () => Promise<void>): Promise<void> {
		this.running++;
		let done = false;
		try {
			await work();
			done = true;
		} finally {
			this.stopped ||= !done;
			this.leave();
		}
	}

	private leave(): void {
		this.running--;
		if (this.running === 0 && this.queue.length > 0 && !this.sending && !this.stopped) void this.sendRound();
	}

	private async sendRound(): Promise<void> {
		const replies = new Map<Question, () => void>();
		this.sending = true;
		// How long each item took to ask depends on what it had to read first.
		const questions = this.queue.splice(0).sort((one, other) => one.item - other.item);
		for (const parcel of parcelsOf(questions)) {
			const failed = await this.sendParcel(parcel, replies);
			if (failed && this.stopOnError) break;
		}
		this.sending = false;
		// Not sent after a failure: they go next, unless the item that failed gives up.
		this.queue.unshift(...questions.filter((question) => !replies.has(question)));
		for (const question of replies.keys()) {
			question.settled = true;
			this.running += question.waiting;
		}
		for (const settle of replies.values()) settle();
	}

	/** Notes how each question of a parcel is to be settled, and tells whether one failed. */
	private async sendParcel(parcel: Question[], replies: Map<Question, () => void>): Promise<boolean> {
		try {
			const answers = await this.answersTo(parcel);
			for (const [index, question] of parcel.entries()) {
				const answer = answers[index];
				if (answer !== undefined) replies.set(question, () => question.resolve(answer));
			}
			return answers.some(hasFailed);
		} catch (error) {
			for (const question of parcel) replies.set(question, () => question.reject(error));
			return true;
		}
	}

	/** An answer to each question; with `stopOnError`, none to those after the first that failed. */
	private async answersTo(parcel: Question[]): Promise<Reply[]> {
		const [only] = parcel;
		if (parcel.length === 1 && only !== undefined) return [await this.send(only.route, only.body)];
		const reply = await this.send(GATEWAY, {
			action: 'batch',
			requests: parcel.map(({ body }) => body),
			stop_on_error: this.stopOnError,
		});
		if (reply.statusCode >= 300 || !isDataObject(reply.body)) return parcel.map(() => reply);
		const results = objectsAt(reply.body, 'data');
		const failed = results.findIndex(({ success }) => success !== true);
		const answered = this.stopOnError && failed >= 0 ? parcel.slice(0, failed + 1) : parcel;
		return answered.map((_, index) => {
			const { [index]: body = {} } = results;
			return { ...reply, body, statusCode: body.success === true ? reply.statusCode : 400 };
		});
	}

	/** Sends one request, and again when the platform asked to wait: it has done nothing of it then (429). */
	private async send(url: string, body: IDataObject): Promise<Reply> {
		for (let waits = 0; ; waits++) {
			const reply = await send(this.context, 'odooGatewayApi', {
				method: 'POST',
				url,
				body,
				abortSignal: this.context.getExecutionCancelSignal(),
			});
			const seconds = Number.parseInt(textAt(reply.headers, 'retry-after'), 10);
			if (reply.statusCode !== 429 || !(seconds <= LONGEST_WAIT) || waits === MAX_WAITS) return reply;
			await sleep(seconds * 1_000);
		}
	}
}

/** Whether something was refused, in whichever form the platform says so. */
function hasFailed({ statusCode, body }: Reply): boolean {
	if (statusCode >= 300 || !isDataObject(body)) return true;
	return body.success === false || objectAt(body, 'result').is_success === false;
}

function newQuestion(asked: Pick<Question, 'body' | 'bytes' | 'weight' | 'route' | 'item'>): Question {
	let [resolve, reject]: [Question['resolve'], Question['reject']] = [() => {}, () => {}];
	const answer = new Promise<Reply>((...settle) => ([resolve, reject] = settle));
	return { ...asked, answer, resolve, reject, waiting: 0, settled: false };
}

/** Packs questions, in their order, into as few requests as the limits allow. */
function parcelsOf(questions: readonly Question[]): Question[][] {
	const parcels: Question[][] = [];
	let bytes = Infinity;
	let weight = Infinity;
	for (const question of questions) {
		const last = parcels.at(-1);
		bytes += question.bytes + 1;
		weight += question.weight;
		const fits =
			last !== undefined &&
			last.length < MAX_ACTIONS &&
			bytes <= MAX_BYTES &&
			weight <= MAX_WEIGHT &&
			question.route === GATEWAY &&
			last[0]?.route === GATEWAY;
		if (fits) {
			last.push(question);
			continue;
		}
		parcels.push([question]);
		({ bytes, weight } = question);
	}
	return parcels;
}
