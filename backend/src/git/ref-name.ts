const FORBIDDEN = /[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\.$|^@$/;

/**
 * Whether `name` can name a branch or a tag: the rules of `git check-ref-format --branch`
 * (https://git-scm.com/docs/git-check-ref-format), which no option, range or revision expression passes.
 */
export const isRefName = (name: string): boolean =>
	name !== '' &&
	!name.startsWith('-') &&
	!FORBIDDEN.test(name) &&
	name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
