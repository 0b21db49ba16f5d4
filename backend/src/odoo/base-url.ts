/** The first step of the paths that every Odoo has, as one copies them from the browser. */
const OWN_PATHS: ReadonlySet<string> = new Set([
	'doc',
	'json',
	'jsonrpc',
	'my',
	'odoo',
	'pos',
	'scoped_app',
	'shop',
	'web',
	'xmlrpc',
]);

/** Whether a URL is that of a page of an Odoo's own, e.g. `https://erp.example.com/web#action=4`. */
export const isOdooPage = (url: string) => URL.canParse(url) && ownPathAt(stepsOf(url)) !== -1;

/**
 * Where the Odoo may begin whose address somebody gives, the likeliest first: the page of an Odoo means what stands before
 * it; or, should no Odoo answer there, all of the path, as a proxy may well keep an Odoo at `/odoo`. Without a trailing
 * slash, query and fragment, and written as URLs are.
 *
 * @throws {TypeError} for what is no URL
 */
export function baseUrlsOf(url: string): readonly [string, ...string[]] {
	const { origin } = new URL(url);
	const steps = stepsOf(url);
	const at = ownPathAt(steps);
	const whole = [origin, ...steps].join('/');
	return at === -1 ? [whole] : [[origin, ...steps.slice(0, at)].join('/'), whole];
}

const stepsOf = (url: string) =>
	new URL(url).pathname
		.replace(/^\/+|\/+$/g, '')
		.split('/')
		.filter((step, _at, all) => all.length > 1 || step !== '');

/** The step with which Odoo's own path begins, -1 where none does. Before another of its paths, `odoo` is a proxy's. */
function ownPathAt(steps: readonly string[]): number {
	const at = steps.findIndex((step) => OWN_PATHS.has(step));
	return steps[at] === 'odoo' && OWN_PATHS.has(steps[at + 1] ?? '') ? at + 1 : at;
}
