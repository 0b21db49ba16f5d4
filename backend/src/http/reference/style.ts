/** The looks of the reference: light and dark as the reader's system has it, one column where there is little room. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --raised: #f6f7f9; --line: #dfe3e8; --text: #1c2430; --quiet: #566173;
	--accent: #714b67; --get: #1f6f43; --post: #1d5fa8; --patch: #8a5a00; --put: #8a5a00; --delete: #b3261e; --code: #eef0f3; }
@media (prefers-color-scheme: dark) { :root { --ground: #14181f; --raised: #1b212b; --line: #303947; --text: #e4e8ee;
	--quiet: #a3aebd; --accent: #d7a9c9; --get: #6fd39b; --post: #84b9f5; --patch: #e6b65c; --put: #e6b65c;
	--delete: #ff9a91; --code: #262e3a; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
a { color: var(--accent); }
a:focus-visible, summary:focus-visible, pre:focus-visible, nav:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: 1rem; padding: .5rem 1rem; background: var(--ground); z-index: 1; }
.frame { display: grid; grid-template-columns: 19rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1rem 2rem 1.25rem; background: var(--raised);
	border-right: 1px solid var(--line); font-size: .875rem; }
nav p { margin: 1.25rem 0 .25rem; font-weight: 600; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: flex; gap: .5rem; align-items: baseline; padding: .2rem .25rem; color: inherit; text-decoration: none; }
nav a:hover { color: var(--accent); text-decoration: underline; }
nav .method { flex: 0 0 3.1rem; font-size: .6875rem; }
main { padding: 2rem 3rem 6rem; max-width: 62rem; }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; }
h2 { margin: 3.5rem 0 1rem; padding-bottom: .35rem; border-bottom: 1px solid var(--line); font-size: 1.5rem; }
h3 { margin: 0 0 .5rem; font-size: 1.125rem; }
h4 { margin: 1.5rem 0 .5rem; font-size: .9375rem; }
h3 a, h2 a { color: inherit; text-decoration: none; }
h3 a:hover, h2 a:hover { text-decoration: underline; }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { padding: .1em .3em; border-radius: 4px; background: var(--code); overflow-wrap: anywhere; }
pre { margin: .5rem 0; padding: .85rem 1rem; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); overflow-x: auto; }
pre code { padding: 0; background: none; font-size: inherit; overflow-wrap: normal; }
.route { margin: 1.5rem 0 2.5rem; padding: 1.25rem 1.5rem; border: 1px solid var(--line); border-radius: 8px; }
.line { margin: 0 0 .75rem; overflow-wrap: anywhere; }
.line code { padding: 0; background: none; font-size: .9375rem; }
.method { font: 700 .8125rem/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; text-transform: uppercase; }
.get { color: var(--get); } .post { color: var(--post); } .patch { color: var(--patch); } .put { color: var(--put); } .delete { color: var(--delete); }
.fields { margin: .5rem 0; }
.fields > div { display: grid; grid-template-columns: minmax(8rem, 13rem) minmax(0, 1fr); gap: .25rem 1rem; padding: .4rem 0; border-top: 1px solid var(--line); }
.fields > div:first-child { border-top: 0; }
.fields dt { overflow-wrap: anywhere; }
.fields dd { margin: 0; }
.fields dd > span { display: block; }
.fields .fields { padding-left: .85rem; border-left: 2px solid var(--line); }
.fields .fields > div { grid-template-columns: minmax(7rem, 10rem) minmax(0, 1fr); }
.fields .fields .fields > div { grid-template-columns: minmax(0, 1fr); }
.type, .optional, .or { color: var(--quiet); }
.optional { font-size: .8125rem; }
details { margin: .5rem 0; }
summary { cursor: pointer; padding: .25rem 0; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-size: .875rem; color: var(--quiet); font-weight: 600; }
th, td { padding: .4rem .75rem .4rem 0; border-top: 1px solid var(--line); vertical-align: top; }
tr:first-child > th { border-top: 0; }
td:first-child, th:first-child { white-space: nowrap; }
@media (max-width: 56rem) {
	.frame { grid-template-columns: minmax(0, 1fr); }
	nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); padding: 1rem; }
	nav .routes { display: none; }
	nav p { margin: .25rem 0; }
	main { padding: 1.5rem 1rem 4rem; }
	.route { padding: 1rem; }
	.fields > div, .fields .fields > div { grid-template-columns: minmax(0, 1fr); }
	table, tbody { display: block; }
	tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; border-top: 1px solid var(--line); padding: .35rem 0; }
	tr > * { border: 0; padding: .1rem 0; }
	tr > :nth-child(3) { grid-column: 1 / -1; }
	.route tr { grid-template-columns: 3.5rem minmax(0, 1fr); }
	td:first-child { white-space: normal; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;
