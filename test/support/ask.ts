import supertest from 'supertest';
import { z } from 'zod';
import { replyCheck } from './reply-check';

/** The address of a running service, or an Express application that runs nowhere yet. */
type Service = ConstructorParameters<typeof supertest.Test>[0];

export interface Asked {
	/** The API key, sent as `Authorization: Bearer`. */
	readonly key?: string;
	/** Further headers; a `Content-Type` among them takes the place of JSON's. */
	readonly headers?: Readonly<Record<string, string>> | undefined;
	/** What is sent as JSON; a text is sent as it is. */
	readonly body?: unknown;
}

export interface ApiReply {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	/** The body as JSON; an empty object where there is none. */
	readonly json: Record<string, unknown>;
}

const replySchema = z.object({
	status: z.int(),
	headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
	text: z.string().default(''),
	body: z.record(z.string(), z.unknown()),
});

/** One request to a service by supertest. The reply is held against the service's OpenAPI document where it is to be. */
export async function ask(
	service: Service,
	method: string,
	path: string,
	{ key, headers = {}, body }: Asked = {},
): Promise<ApiReply> {
	const request = new supertest.Test(service, method, path);
	if (key !== undefined) request.auth(key, { type: 'bearer' });
	if (body !== undefined) {
		request.type('json').send(typeof body === 'string' ? body : JSON.stringify(body));
	}
	const reply = await request.set(headers).expect(({ status, type, text }) => {
		replyCheck({ method, url: request.url, status, type })?.(text);
	});
	const { status, text, body: json, headers: fields } = replySchema.parse(reply);
	return { status, text, json, headers: headersOf(fields) };
}

const headersOf = (fields: Readonly<Record<string, string | string[]>>) =>
	new Headers(
		Object.entries(fields).flatMap(([name, values]) =>
			[values].flat().map((value): [string, string] => [name, value]),
		),
	);
