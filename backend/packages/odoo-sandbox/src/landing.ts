import type { Model } from './model';

/** The page at the sandbox's base: what this is and how to call it. Loads nothing from elsewhere. */
export function landingPage(
	sandboxId: string,
	site: {
		readonly base_path: string;
		readonly odoo_version: string;
		readonly database: string;
		readonly login: string;
	},
	models: readonly Model[],
): string {
	const id = escapeHtml(sandboxId);
	const base = escapeHtml(site.base_path);
	const hasJson2 = Number.parseInt(site.odoo_version, 10) >= 19;
	const rows = models.map(
		(model) => `<tr><th scope="row"><code>${model.name}</code></th><td>${escapeHtml(model.description)}</td></tr>`,
	);
	const json2 = `POST ${base}/json/2/res.partner/search_read
Authorization: bearer &lt;API key&gt;
Content-Type: application/json

{"domain": [["is_company", "=", true]], "fields": ["name", "email"], "limit": 5}`;
	const jsonrpc = `POST ${base}/jsonrpc
Content-Type: application/json

{"jsonrpc": "2.0", "method": "call", "params": {"service": "object", "method": "execute_kw",
 "args": ["${escapeHtml(site.database)}", 2, "&lt;API key&gt;", "res.partner", "search_read", [[]], {"limit": 5}]}}`;
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox ${id}</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 2rem 1rem; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid; border-radius: .5rem; }
pre:focus-visible { outline: 3px solid; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
th { font-weight: normal; }
</style>
</head>
<body>
<main>
<h1>This is a sandbox</h1>
<p>It answers as Odoo ${escapeHtml(site.odoo_version)} would, and is not Odoo: a small server with demo records for
environment <code>${id}</code>, to try workflows on. There is nothing to log in to here; it is called by API.</p>
<dl>
<dt>Database</dt><dd><code>${escapeHtml(site.database)}</code></dd>
<dt>Login</dt><dd><code>${escapeHtml(site.login)}</code> (user id 2), with the environment's API key</dd>
</dl>
<h2>How to call it</h2>
${hasJson2 ? `<h3>JSON-2</h3>\n<pre tabindex="0">${json2}</pre>\n` : ''}<h3>JSON-RPC</h3>
<pre tabindex="0">${jsonrpc}</pre>
<h2>Models</h2>
<table>
<thead><tr><th scope="col">Model</th><th scope="col">What it holds</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</main>
</body>
</html>
`;
}

const escapeHtml = (text: string) =>
	text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
