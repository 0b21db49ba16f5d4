import { createHash } from 'node:crypto';
import type { JsonSchema, OpenApiDocument, Operation, Parameter } from '../openapi';
import { exampleOf, type Resolve, resolverOf } from './example';
import { type Html, html, prose, raw } from './html';
import { fieldsOf, itemsOf, typeOf } from './schema-view';
import { sections } from './sections';
import { STYLE } from './style';

interface Listed {
	readonly path: string;
	readonly method: string;
	readonly operation: Operation;
}

/** The document as one page for people: it runs no script and loads nothing. */
export function referencePage(document: OpenApiDocument): { html: string; contentSecurityPolicy: string } {
	const resolve = resolverOf(document);
	const listed = Object.entries(document.paths).flatMap(([path, item]) =>
		Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
	);
	const groups = document.tags.map(({ name }) => ({
		name,
		anchor: anchorOf(name),
		routes: listed.filter(({ operation }) => operation.tags.includes(name)),
	}));
	const introduction = sections(document);
	const style = createHash('sha256').update(STYLE).digest('base64');
	const page = html`<!doctype html>
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<title>${document.info.title}</title>
				${raw(`<style>${STYLE}</style>`)}
			</head>
			<body>
				<a class="skip" href="#content">Skip to the content</a>
				<div class="frame">
					<nav aria-label="Contents" tabindex="0">
						<p><a href="#content">${document.info.title}</a></p>
						<ul>
							${introduction.map(({ title }) => html`<li><a href="#${anchorOf(title)}">${title}</a></li>`)}
						</ul>
						${groups.map(
							({ name, anchor, routes }) =>
								html`<p><a href="#${anchor}">${name}</a></p>
									<ul class="routes">
										${routes.map(
											({ method, operation }) =>
												html`<li>
													<a href="#${operation.operationId}"
														><span class="method ${method}">${method}</span
														>${nameOf(operation)}</a
													>
												</li>`,
										)}
									</ul>`,
						)}
					</nav>
					<main id="content">
						<h1>${document.info.title}</h1>
						<p>
							${prose(document.info.summary)}. Programs read the same as
							<a href="openapi.json">OpenAPI 3.1</a>.
						</p>
						${introduction.map(
							({ title, body }) =>
								html`<section id="${anchorOf(title)}" aria-label="${title}">
									<h2>${title}</h2>
									${body}
								</section>`,
						)}
						${groups.map(
							({ name, anchor, routes }) =>
								html`<section id="${anchor}" aria-label="${name}">
									<h2>${name}</h2>
									${routes.map((route) => routeView(route, resolve))}
								</section>`,
						)}
					</main>
				</div>
			</body>
		</html>`;
	return {
		html: page.markup,
		contentSecurityPolicy: [
			"default-src 'none'",
			`style-src 'sha256-${style}'`,
			"base-uri 'none'",
			"form-action 'none'",
			"frame-ancestors 'none'",
		].join('; '),
	};
}

const anchorOf = (title: string) => title.toLowerCase().replaceAll(' ', '-');

/** The summary without what it adds. */
const nameOf = ({ summary }: Operation) => summary.split(/[;:]|, newest/, 1)[0] ?? summary;

function routeView({ path, method, operation }: Listed, resolve: Resolve): Html {
	const { operationId, summary, description, parameters, requestBody, responses } = operation;
	const body = Object.values(requestBody?.content ?? {})[0]?.schema;
	const replies = Object.entries(responses).filter(([status]) => status < '400');
	const failures = Object.entries(responses).flatMap(([status, { 'x-codes': codes = [] }]) =>
		codes.map((code) => ({ status, code })),
	);
	return html`<article class="route" id="${operationId}" aria-labelledby="${operationId}-title">
		<h3 id="${operationId}-title"><a href="#${operationId}">${summary}</a></h3>
		<p class="line"><span class="method ${method}">${method}</span> <code>${path}</code></p>
		<p>${prose(description)}</p>
		${
			parameters.length === 0
				? ''
				: html`<h4>Parameters</h4>
						${parametersView(parameters, resolve)}`
		}
		${
			body === undefined
				? ''
				: html`<h4>Body</h4>
						${fieldsOf(body, resolve)}`
		}
		<h4>Replies</h4>
		${replies.map(([status, reply]) => {
			const [content, ...others] = Object.entries(reply.content ?? {});
			if (content === undefined) return html`<p><code>${status}</code> ${reply.description}</p>`;
			const [type, { schema }] = content;
			return html`<details>
				<summary>
					<code>${status}</code> ${reply.description}:
					${shapeOf(schema, type, resolve)}${others.map(([other]) => html`, or <code>${other}</code>`)}
				</summary>
				${fieldsOf(schema, resolve)}
			</details>`;
		})}
		<details>
			<summary>What can go wrong: ${failures.length} <a href="#errors">codes</a></summary>
			<table>
				${failures.map(
					({ status, code }) =>
						html`<tr>
							<td><code>${status}</code></td>
							<td>
								<a href="#code-${code}"><code>${code}</code></a>
							</td>
						</tr>`,
				)}
			</table>
		</details>
		<h4>Example</h4>
		<pre tabindex="0"><code>${curlOf({ path, method, operation }, body, resolve)}</code></pre>
	</article>`;
}

const shapeOf = (schema: JsonSchema, type: string, resolve: Resolve): Html => {
	const named = schema.$ref?.split('/').at(-1);
	if (named !== undefined) return html`a <code>${named}</code>`;
	const data = schema.properties?.data;
	const items = typeof data === 'object' ? itemsOf(data)?.$ref?.split('/').at(-1) : undefined;
	if (items !== undefined) return html`a page of <code>${items}</code>`;
	return type === 'application/json' ? typeOf(schema, resolve) : html`<code>${type}</code>`;
};

const parametersView = (parameters: readonly Parameter[], resolve: Resolve) =>
	html`<dl class="fields">
		${parameters.map(
			({ name, in: place, required, description, schema }) =>
				html`<div>
					<dt><code>${name}</code> <span class="optional">${place}${required ? '' : ', optional'}</span></dt>
					<dd><span class="type">${typeOf(schema, resolve)}</span><span>${prose(description)}</span></dd>
				</div>`,
		)}
	</dl>`;

/** A call that can be copied, given `$BASE_URL` and `$API_KEY`. */
function curlOf({ path, method, operation }: Listed, body: JsonSchema | undefined, resolve: Resolve): string {
	const url = path.replace(/\{(\w+)\}/g, (_match, name: string) => {
		const parameter = operation.parameters.find((candidate) => candidate.name === name);
		return parameter === undefined ? name : String(exampleOf(parameter.schema, resolve));
	});
	const sample =
		body === undefined ? undefined : JSON.stringify(exampleOf(body, resolve)).replaceAll("'", String.raw`'\''`);
	return [
		`curl${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} "$BASE_URL${url}"`,
		...credentialsOf(operation),
		...(sample === undefined ? [] : ['-H "Content-Type: application/json"', `-d '${sample}'`]),
	].join(' \\\n  ');
}

function credentialsOf({ security }: Operation): string[] {
	if (security.some((scheme) => 'bearer' in scheme)) return ['-H "Authorization: Bearer $API_KEY"'];
	return security.some((scheme) => 'session' in scheme) ? ['-b "session_id=$SESSION_ID"'] : [];
}
