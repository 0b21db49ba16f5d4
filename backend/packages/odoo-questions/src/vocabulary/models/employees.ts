import { archived, fields, type ModelWords, states } from './words';

/** `hr.employee` */
export const employee: ModelWords = {
	app: 'Employees',
	show: ['name', 'job_title', 'department_id', 'work_email', 'work_phone'],
	date: ['create_date'],
	names: ['department_id', 'job_id', 'parent_id'],
	ownNames: ['name'],
	fields: fields({
		email: ['work_email'],
		'phone|phone number': ['work_phone'],
		manager: ['parent_id'],
		department: ['department_id'],
		'job|position|job position': ['job_id'],
	}),
	states: states(archived),
};
