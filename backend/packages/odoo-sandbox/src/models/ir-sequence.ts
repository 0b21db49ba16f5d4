import { boolean, char, integer } from '../fields';
import type { ModelDeclaration } from '../model';
import type { Env } from '../orm';
import { writeRecords } from '../write';

export const irSequence: ModelDeclaration = {
	name: 'ir.sequence',
	description: 'Sequence',
	order: 'name, id',
	fields: {
		name: char('Name', { required: true }),
		code: char('Sequence Code'),
		prefix: char('Prefix'),
		padding: integer('Sequence Size', { aggregator: null }),
		number_next: integer('Next Number', { default: () => 1, aggregator: null }),
		active: boolean('Active', { default: () => true }),
	},
};

const MOST_DIGITS = 20;

/** The next name of the sequence with that code, e.g. `S00042`; `New`, as in Odoo, where somebody has deleted it. */
export function nextName(env: Env, code: string): string {
	const row = [...env.draft.rows('ir.sequence').values()].find((sequence) => sequence.code === code);
	if (!row) return 'New';
	const sequence = env.record('ir.sequence', Number(row.id));
	const number = sequence.number('number_next');
	writeRecords(env, sequence.model, [sequence.id], { number_next: number + 1 });
	return sequence.text('prefix') + String(number).padStart(Math.min(sequence.number('padding'), MOST_DIGITS), '0');
}
