import type { Request, RequestHandler } from 'express';
import { ApiError } from '../../core/errors';
import { type OpenApiDocument, openApiDocument, type UndeclaredOperation } from '../openapi';
import type { Route } from '../route';
import { referencePage } from './page';

/** Where the API describes itself, to programs and to people; neither needs a key. */
export function referenceMounts(
	routes: readonly Route[],
	undeclared: readonly UndeclaredOperation[],
	/** Where clients reach the service; known once it listens. */
	publicUrl: () => string,
): Record<string, RequestHandler> {
	const document = openApiDocument(routes, undeclared);
	const json = (): Published => ({
		type: 'application/json',
		text: JSON.stringify({ ...document, servers: [{ url: publicUrl() }] }),
	});
	let written: Published | undefined;
	/** Written when it is first asked for: few services ever are. */
	const page = () => (written ??= pageOf(document));
	return {
		'/api/v1/openapi.json': publish(json),
		'/api/v1/docs': publish((request) => ({
			...(request.accepts(['text/html', 'application/json']) === 'application/json' ? json() : page()),
			vary: 'Accept',
		})),
	};
}

function pageOf(document: OpenApiDocument): Published {
	const { html, contentSecurityPolicy } = referencePage(document);
	return { type: 'text/html', text: html, headers: { 'Content-Security-Policy': contentSecurityPolicy } };
}

interface Published {
	readonly type: string;
	readonly text: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** The header of the request that it depends on. */
	readonly vary?: string;
}

const publish =
	(answer: (request: Request) => Published): RequestHandler =>
	(request, response, next) => {
		if (request.path !== '/') {
			next();
			return;
		}
		if (request.method !== 'GET' && request.method !== 'HEAD') {
			response.setHeader('Allow', 'GET, HEAD');
			throw new ApiError('method_not_allowed', 'This path takes GET, HEAD.');
		}
		const { type, text, headers = {}, vary } = answer(request);
		if (vary !== undefined) response.vary(vary);
		response.set(headers).type(type).send(text);
	};
