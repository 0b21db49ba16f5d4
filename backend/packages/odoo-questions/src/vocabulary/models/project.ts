import { before, compare, firstOf, isIn } from '../conditions';
import { archived, fields, type ModelWords, states } from './words';

/** `project.task` */
export const task: ModelWords = {
	app: 'Project',
	show: ['name', 'project_id', 'stage_id', 'user_ids', 'user_id', 'date_deadline'],
	date: ['create_date'],
	party: ['partner_id'],
	names: ['project_id', 'stage_id', 'user_ids', 'user_id', 'tag_ids'],
	ownNames: ['name'],
	fields: fields({
		'due|due date|deadline': ['date_deadline'],
		project: ['project_id'],
		'assignee|assigned': ['user_ids', 'user_id'],
		stage: ['stage_id'],
	}),
	states: states({
		'open|unfinished': firstOf(
			({ fields: own }) =>
				own.get('state')?.selection.some(([key]) => key === '1_done')
					? [['state', 'not in', ['1_done', '1_canceled']]]
					: null,
			compare('stage_id.fold', '=', false),
		),
		'done|closed|finished|completed': firstOf(isIn('state', '1_done'), compare('stage_id.fold', '=', true)),
		'overdue|late': { condition: before('date_deadline'), since: 'date_deadline' },
		...archived,
	}),
};
