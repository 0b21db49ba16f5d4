import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { inPlainEnglish } from '../core/complaint';
import type { ErrorCode } from '../core/error-codes';
import { ApiError, notFound, type InputError } from '../core/errors';
import type { Access } from '../access/access';
import type { Caller } from '../access/caller';
import { parseJsonBody } from './json-body';
import type { Notes } from './notes';
import type { BodySize } from './read-body';

type Schemas = Readonly<Record<number, z.ZodType>>;

/** One of the declared replies: the status and the body that its schema describes. */
type ReplyOf<R extends Schemas> = {
	[S in keyof R & number]: {
		readonly status: S;
		readonly body: z.input<R[S]> | TextBody | FileBody;
		readonly headers?: Readonly<Record<string, string>>;
	};
}[keyof R & number];

/** Text that a route answers instead of JSON: at once, or piece by piece as it comes. */
export class TextBody {
	constructor(
		readonly type: TextType,
		readonly text: string | AsyncIterable<string>,
	) {}
}

export type TextType = 'text/plain' | 'text/event-stream';

/** A file that a route answers instead of JSON, piece by piece as it comes. */
export class FileBody {
	constructor(
		readonly type: FileType,
		/** What it is called where it is saved: letters, digits, `-`, `_` and `.`. */
		readonly name: string,
		readonly content: AsyncIterable<Uint8Array>,
	) {}
}

export type FileType = 'application/x-tar' | 'application/zip';

/** A request as the pipeline hands it to a route: who asks is known and allowed to, the input is still raw. */
export interface RouteRequest {
	readonly params: unknown;
	readonly query: unknown;
	readonly caller: Caller;
	readonly headers: IncomingHttpHeaders;
	/** The body as it came; signatures are computed over it. Empty where it is a file. */
	readonly rawBody: Buffer;
	/** The file that the request holds; unset: its route takes none. */
	readonly file?: AsyncIterable<Uint8Array>;
	readonly requestId: string;
	/** Aborted when the client leaves before it has its reply. */
	readonly signal: AbortSignal;
	/** Where the work writes what it finds out. */
	readonly notes: Notes;
	/** Runs the route's work, once for each Idempotency-Key. */
	readonly once: Once;
}

/** One run of a route's work. */
interface Run {
	/** The same for every run of a request with the same Idempotency-Key, until it has a reply; null without a key. */
	readonly effect_id: string | null;
	/** Aborted when nobody will have the reply any more. */
	readonly signal: AbortSignal;
}

/** Runs work, or answers what it answered when it ran before. `resumable`: it may run again after a crash amid it. */
export type Once = (
	work: (run: Run) => Promise<RouteReply>,
	options: { readonly resumable: boolean },
) => Promise<RouteReply>;

/** What a handler is given: the parsed input in place of the raw one. */
type Context<I extends z.ZodRawShape> = Omit<RouteRequest, 'params' | 'query' | 'once'> &
	Run &
	z.output<z.ZodObject<I>>;

export interface RouteReply {
	readonly status: number;
	/** JSON, a {@link TextBody} or a {@link FileBody}; undefined for a reply without a body. */
	readonly body: unknown;
	readonly headers: Readonly<Record<string, string>>;
}

/** How a failure is put into words for the client; each family of routes has its documented form. */
export type RenderError = (
	error: ApiError,
	requestId: string,
	status: number,
) => { readonly type: string; readonly body: unknown };

/** The documented form of a family's failures. */
export interface ErrorReply {
	readonly type: string;
	readonly schema: z.ZodType;
	/** The status of input that is refused; null where a reply like any other tells of it. */
	readonly badInput: 400 | 422 | null;
}

/** Where input comes from; a part that is not declared must be empty. */
type InputPart = 'params' | 'query' | 'body';

/** What a route says of itself besides its input and replies. */
export interface RouteDescription {
	readonly method: 'get' | 'post' | 'patch' | 'put' | 'delete';
	/** The whole path with parameters in braces, e.g. `/api/v1/projects/{project_id}`. */
	readonly path: string;
	/** What generated clients call it, e.g. `listProjects`; never changes. */
	readonly operationId: string;
	readonly summary: string;
	/** What clients must know besides, e.g. of a header. */
	readonly notes?: string;
	readonly access: Access;
	/** What it answers besides JSON where `Accept` asks for it: a {@link TextBody} of this type. */
	readonly texts?: readonly TextType[];
	/** What it answers instead of JSON: a {@link FileBody} of one of these types. */
	readonly files?: readonly FileType[];
	/** What its request holds instead of JSON: a file of that type, which the handler reads as it comes. */
	readonly upload?: FileType;
	/** Unset: `usual`. */
	readonly bodySize?: BodySize;
	/** What else can go wrong: the codes beyond those that follow from the access and the input. */
	readonly errors?: readonly ErrorCode[];
	/** The codes that come with another status here than they usually do. */
	readonly statuses?: Readonly<Partial<Record<ErrorCode, number>>>;
	/** Unset: problem+json (RFC 9457). */
	readonly renderError?: RenderError;
	/** What {@link renderError} answers. */
	readonly errorReply?: ErrorReply;
	/**
	 * Whether its work may run again, under the same `effect_id`, after the process died amid it. Unset: PUT, PATCH and
	 * DELETE may, POST may not, for it would do a second time what was perhaps done (RFC 9110, 9.2.2).
	 */
	readonly resumable?: boolean;
}

interface Declaration<I extends z.ZodRawShape, R extends Schemas> extends RouteDescription {
	readonly input: I & Readonly<Partial<Record<Exclude<keyof I, InputPart>, never>>>;
	readonly responses: R;
	readonly handle: (context: Context<I>) => Promise<ReplyOf<R>>;
	/**
	 * Where a client asked that a reply which tells of a failure be one: that failure. The reply itself is kept for its
	 * Idempotency-Key all the same, so that the work is not done again.
	 */
	readonly failureOf?: (
		input: { readonly headers: IncomingHttpHeaders } & z.output<z.ZodObject<I>>,
		reply: RouteReply,
	) => ApiError | null;
}

/** A declared route: everything that serving, checking and documenting it needs. */
export interface Route extends RouteDescription {
	readonly input: z.ZodRawShape;
	readonly responses: Schemas;
	run(request: RouteRequest): Promise<RouteReply>;
}

/**
 * Declares a route, once: what reaches `handle` has passed the input's schemas, and what it answers passes the reply's,
 * which drops every field that is not declared.
 */
export function defineRoute<const I extends z.ZodRawShape, const R extends Schemas>(
	declaration: Declaration<I, R>,
): Route {
	const { input, responses, handle, failureOf, ...description } = declaration;
	const schema = z.object<I>(input);
	const isOther = (declaration.texts ?? declaration.files) !== undefined;
	const replies: Schemas = isOther ? orOther(responses) : responses;
	const { body }: z.ZodRawShape = input;
	const bodyOf = (bytes: Buffer) =>
		body === undefined || (bytes.length === 0 && mayBeEmpty(body)) ? undefined : parseJsonBody(bytes);
	return {
		...description,
		input,
		responses,
		async run({ params, query, once, ...request }) {
			const raw = { params, query, body: bodyOf(request.rawBody) };
			const parsed = schema.safeParse(raw, inPlainEnglish);
			if (!parsed.success) throw inputError(parsed.error);
			if (!('query' in input)) refuseAny(query);
			const work = async (run: Run) => {
				const answer: { status: number; body: unknown; headers?: Readonly<Record<string, string>> } =
					await handle({
						...request,
						...run,
						...parsed.data,
					});
				return {
					status: answer.status,
					headers: answer.headers ?? {},
					body: replies[answer.status]?.parse(answer.body),
				};
			};
			const answer = await once(work, { resumable: description.resumable ?? description.method !== 'post' });
			const failure = failureOf?.({ ...parsed.data, headers: request.headers }, answer) ?? null;
			if (failure !== null) throw failure.withHeaders(answer.headers);
			return answer;
		},
	};
}

/** A reply, with its status kept literal so that the compiler holds it against the declared ones. */
export const reply = <const S extends number, B>(status: S, body: B) => ({ status, body });

/** The replies of a route that answers text or a file too, which no schema describes. */
const orOther = (responses: Schemas): Schemas =>
	Object.fromEntries(
		Object.entries(responses).map(([status, schema]) => [
			status,
			z.union([z.instanceof(TextBody), z.instanceof(FileBody), schema]),
		]),
	);

/** Whether a route does without its body. */
export const mayBeEmpty = (body: z.core.$ZodType) => z.safeParse(body, undefined).success;

const noQuery = z.strictObject({});

function refuseAny(query: unknown) {
	const parsed = noQuery.safeParse(query);
	if (!parsed.success)
		throw inputError(new z.ZodError(parsed.error.issues.map((issue) => ({ ...issue, path: ['query'] }))));
}

/** Unreadable ids in the path name nothing that exists; everything else is told part by part. */
function inputError(error: z.ZodError): ApiError {
	const errors = error.issues.flatMap(describe);
	if (error.issues.some((issue) => issue.path[0] === 'params')) return notFound('resource');
	const summary = errors.map(({ pointer, detail }) => `${pointer || 'the body'} ${detail}`).join('; ');
	return new ApiError('validation_failed', `The request was refused: ${summary}.`, { errors });
}

function describe(issue: z.core.$ZodIssue): InputError[] {
	const [part, ...path] = issue.path;
	const at = (segments: readonly PropertyKey[]) =>
		part === 'query'
			? `query parameter ${segments.map(String).join('.')}`
			: segments.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
	if (issue.code === 'unrecognized_keys') {
		return issue.keys.map((key) => ({ pointer: at([...path, key]), detail: 'is not a known field' }));
	}
	return [{ pointer: at(path), detail: issue.message }];
}
