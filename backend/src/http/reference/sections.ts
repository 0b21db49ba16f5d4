import { PERMISSIONS, PLANS } from '../../core/permissions';
import { LIMITS } from '../limits';
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
					once, when it is made. To try the gateway out, a session does too: log in with
					<code>POST /web/session/authenticate</code>.
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
			title: 'Idempotency',
			body: html`<p>
					Send an <code>Idempotency-Key</code> of 1 to 255 printable characters, such as a UUID, with what
					changes something. Sent again within 24 hours, the same request answers its first reply, with
					<code>Idempotency-Replayed: true</code>, and does nothing twice, however many were sent at the same
					moment.
				</p>
				<p>
					While the first one runs, the others answer 409 <code>idempotency_in_progress</code> with
					<code>Retry-After</code>; with another body it is 422 <code>idempotency_key_reused</code>. What was
					refused before it began is not kept.
				</p>`,
		},
		{
			title: 'Rate limits',
			body: html`<p>
				A platform key may send ${LIMITS.platform} requests a minute, a key of scope
				<code>webhook</code> ${LIMITS.webhook}. Every reply says what is left: <code>X-RateLimit-Limit</code>,
				<code>X-RateLimit-Remaining</code> and <code>X-RateLimit-Reset</code>, and the same as
				<code>RateLimit</code> and <code>RateLimit-Policy</code>. What is too much answers 429
				<code>rate_limited</code> with <code>Retry-After</code>. An address that goes on sending refused keys is
				slowed down, and then blocked for a while.
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
