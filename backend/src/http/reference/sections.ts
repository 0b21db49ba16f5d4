import { PERMISSIONS, PLANS } from '../../core/permissions';
import type { OpenApiDocument } from '../openapi';
import { type Html, html, prose } from './html';

/** What holds for every route: each with its title. */
export function sections(document: OpenApiDocument): { readonly title: string; readonly body: Html }[] {
	return [
		{
			title: 'Authentication',
			body: html`<p>
					Send an API key with every request, as <code>Authorization: Bearer &lt;key&gt;</code> or in the
					header <code>X-API-Key</code>. Platform keys begin with <code>oec_live_</code>; keys of scope
					<code>webhook</code>, for the Odoo gateway alone, begin with <code>sk_live_</code>. A key is shown
					once, when it is made.
				</p>
				<p>
					A key has permissions, and its organization a plan; each route says which it needs. What a key
					cannot see answers 404, as if it were not there.
				</p>
				<p>Permissions: ${list(PERMISSIONS)}.</p>
				<p>Plans, each with what the ones before it have: ${list(PLANS)}.</p>`,
		},
		{
			title: 'Requests and replies',
			body: html`<p>
				Bodies are JSON in UTF-8. ${prose(document.info.description)} Every reply has an
				<code>X-Request-Id</code>; quote it when you ask for help.
			</p>`,
		},
		{
			title: 'Pagination',
			body: html`<p>
				Lists answer <code>{"data": […], "next_cursor": …}</code>, newest first. Send
				<code>next_cursor</code> as <code>cursor</code>, with the same filters, for the page after; it is null
				on the last one. <code>limit</code> says how many at most: 1 to 200, 50 where it is left out. Rows that
				are added meanwhile neither repeat nor hide others.
			</p>`,
		},
		{
			title: 'Errors',
			body: html`<p>
					A failure is <code>application/problem+json</code> (RFC 9457). Look at <code>code</code>, which is
					stable; <code>detail</code> is for people, and <code>errors</code> names each input that was
					refused. The Odoo gateway answers its own form:
					<code>{"success": false, "error": …, "details": …, "code": …}</code>; there, input that is refused
					is 400.
				</p>
				<table>
					<tr>
						<th scope="col">Code</th>
						<th scope="col">Status</th>
						<th scope="col">Meaning</th>
					</tr>
					${Object.entries(document['x-error-codes']).map(
						([code, { status, meaning }]) =>
							html`<tr id="code-${code}">
								<td><code>${code}</code></td>
								<td>${status}</td>
								<td>${prose(meaning)}</td>
							</tr>`,
					)}
				</table>`,
		},
	];
}

const list = (names: readonly string[]) =>
	names.map((name, index) => html`${index === 0 ? '' : ', '}<code>${name}</code>`);
