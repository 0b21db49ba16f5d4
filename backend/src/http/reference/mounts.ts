import type { RequestHandler } from 'express';
import { ApiError } from '../../core/errors';
import { openApiDocument, type UndeclaredOperation } from '../openapi';
import type { Route } from '../route';
import { referencePage } from './page';

/** Where the API describes itself, to programs and to people; neither needs a key. */
export function referenceMounts(
	routes: readonly Route[],
	undeclared: readonly UndeclaredOperation[],
): Record<string, RequestHandler> {
	const document = openApiDocument(routes, undeclared);
	const { html, contentSecurityPolicy } = referencePage(document);
	return {
		'/api/v1/openapi.json': publish('application/json', JSON.stringify(document)),
		'/api/v1/docs': publish('text/html', html, { 'Content-Security-Policy': contentSecurityPolicy }),
	};
}

const publish =
	(type: string, text: string, headers: Readonly<Record<string, string>> = {}): RequestHandler =>
	(request, response, next) => {
		if (request.path !== '/') {
			next();
			return;
		}
		if (request.method !== 'GET' && request.method !== 'HEAD') {
			response.setHeader('Allow', 'GET, HEAD');
			throw new ApiError('method_not_allowed', 'This path takes GET, HEAD.');
		}
		response.set(headers).type(type).send(text);
	};
