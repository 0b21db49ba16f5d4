export type { Answer, PlannedCall, Question } from './contract';
export {
	type Aggregate,
	type Company,
	type DomainList,
	type FieldDescription,
	type Grouping,
	MAX_RECORDS,
	type ModelDescription,
	type OdooReader,
	type Search,
} from './odoo-reader';
export { rulesPlanner } from './rules-planner';
