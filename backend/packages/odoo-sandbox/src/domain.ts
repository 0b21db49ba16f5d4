import { pythonRepr, tupleRepr } from './python-repr';

/** The operators of a condition, after `==` and `<>` have become `=` and `!=`. */
export const DOMAIN_OPERATORS = [
	'=',
	'!=',
	'=?',
	'<',
	'<=',
	'>',
	'>=',
	'in',
	'not in',
	'like',
	'not like',
	'ilike',
	'not ilike',
	'=like',
	'not =like',
	'=ilike',
	'not =ilike',
	'child_of',
	'parent_of',
] as const;

export type DomainOperator = (typeof DOMAIN_OPERATORS)[number];

/** A condition: a field or a dotted path, an operator, and a JSON value in which `null` has become `false` (unset). */
export interface DomainCondition {
	readonly kind: 'condition';
	readonly field: string;
	readonly operator: DomainOperator;
	readonly value: unknown;
}

/** An Odoo search domain as a tree. Source: Odoo 19 "ORM API", section "Search domains". */
export type Domain =
	| { readonly kind: 'constant'; readonly value: boolean }
	| { readonly kind: 'not'; readonly of: Domain }
	| { readonly kind: 'and' | 'or'; readonly of: readonly Domain[] }
	| { readonly kind: 'any'; readonly field: string; readonly domain: Domain }
	| DomainCondition;

/** A domain that Odoo refuses; the message is Odoo's, `pythonType` the exception it raises. */
export class DomainError extends Error {
	constructor(
		readonly pythonType: 'ValueError' | 'TypeError',
		message: string,
	) {
		super(message);
		this.name = 'DomainError';
	}
}

const OPERATORS: ReadonlySet<string> = new Set(DOMAIN_OPERATORS);
const ALIASES: ReadonlyMap<string, DomainOperator> = new Map([
	['==', '='],
	['<>', '!='],
]);

/**
 * Reads a domain as it comes over the wire: a list in prefix notation with implicit `&` between what is left.
 * Throws a `DomainError` where Odoo would refuse its form; fields and values are for the evaluator to judge.
 */
export function parseDomain(input: unknown): Domain {
	if (input === true) return { kind: 'constant', value: true };
	if (input === false) return { kind: 'constant', value: false };
	if (!Array.isArray(input)) {
		throw new DomainError('TypeError', `Domain() invalid argument type for domain: ${pythonRepr(input)}`);
	}
	const items: readonly unknown[] = input;
	const stack: Domain[] = [];
	const take = (): Domain => {
		const operand = stack.pop();
		if (!operand) throw new DomainError('ValueError', `Domain() malformed domain ${pythonRepr(input)}`);
		return operand;
	};
	for (const item of items.toReversed()) {
		if (Array.isArray(item) && item.length === 3) stack.push(parseCondition(item));
		else if (item === '&') stack.push(combine('and', [take(), take()]));
		else if (item === '|') stack.push(combine('or', [take(), take()]));
		else if (item === '!') stack.push(negate(take()));
		else throw new DomainError('ValueError', `Domain() invalid item in domain: ${pythonRepr(item)}`);
	}
	return combine('and', stack.toReversed());
}

/** Constants are worked out at once, as in Odoo: what they make needless is not searched for, be it `active`. */
function combine(kind: 'and' | 'or', parts: readonly Domain[]): Domain {
	const neutral = kind === 'and';
	if (parts.some((part) => part.kind === 'constant' && part.value !== neutral)) {
		return { kind: 'constant', value: !neutral };
	}
	const rest = parts.filter((part) => part.kind !== 'constant');
	const [first] = rest;
	if (!first) return { kind: 'constant', value: neutral };
	return rest.length === 1 ? first : { kind, of: rest };
}

function negate(domain: Domain): Domain {
	if (domain.kind === 'constant') return { kind: 'constant', value: !domain.value };
	return domain.kind === 'not' ? domain.of : { kind: 'not', of: domain };
}

function parseCondition(item: readonly unknown[]): Domain {
	const [field, rawOperator, rawValue] = item;
	if (typeof field !== 'string') {
		if (field === 1 && rawOperator === '=' && rawValue === 1) return { kind: 'constant', value: true };
		if (field === 0 && rawOperator === '=' && rawValue === 1) return { kind: 'constant', value: false };
		throw new DomainError('TypeError', `Domain() invalid arguments: ${tupleRepr(item)}`);
	}
	const value = rawValue ?? false;
	if (field === '' || field.startsWith('.') || field.endsWith('.')) {
		throw conditionError('Invalid field expression', field, String(rawOperator), value);
	}
	const written = typeof rawOperator === 'string' ? rawOperator.toLowerCase() : '';
	if (written === 'any') return { kind: 'any', field, domain: parseDomain(value) };
	if (written === 'not any') return { kind: 'not', of: { kind: 'any', field, domain: parseDomain(value) } };
	const operator = ALIASES.get(written) ?? written;
	if (!isOperator(operator)) throw conditionError('Invalid operator', field, rawOperator, value);
	return { kind: 'condition', field, operator, value };
}

function isOperator(operator: string): operator is DomainOperator {
	return OPERATORS.has(operator);
}

/** The error Odoo raises for one condition: its message, then the condition as a Python tuple. */
export function conditionError(
	message: string,
	field: string,
	operator: unknown,
	value: unknown,
	pythonType: 'ValueError' | 'TypeError' = 'ValueError',
): DomainError {
	return new DomainError(pythonType, `${message} in condition ${tupleRepr([field, operator, value])}`);
}

/** The fields that the domain's own conditions name: first segments, sub-domains of `any` left out. */
export function domainFields(domain: Domain): Set<string> {
	switch (domain.kind) {
		case 'constant':
			return new Set();
		case 'not':
			return domainFields(domain.of);
		case 'and':
		case 'or':
			return new Set(domain.of.flatMap((part) => [...domainFields(part)]));
		case 'any':
		case 'condition':
			return new Set([domain.field]);
	}
}
