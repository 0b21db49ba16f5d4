import { ApiError } from '../core/errors';
import { type Plan, planIncludes } from '../core/permissions';

/** Refuses what the plan does not have. @throws {ApiError} 403 plan_upgrade_required */
export function requirePlan({ plan }: { readonly plan: Plan }, required: Plan): void {
	if (planIncludes(plan, required)) return;
	const detail = `This needs the plan ${required}; the organization is on ${plan}.`;
	const members = { required_plan: required, current_plan: plan };
	throw new ApiError('plan_upgrade_required', detail, { members });
}
