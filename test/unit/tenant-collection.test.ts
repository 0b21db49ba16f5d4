import { describe, expect, it } from '@jest/globals';
import type { ProjectId } from '../../backend/src/core/ids';
import type { TenantCollection } from '../../backend/src/database/tenant-collection';
import type { ProjectDocument } from '../../backend/src/features/projects/model';

describe('a query without its organization', () => {
	it('does not compile', () => {
		const query = (projects: TenantCollection<ProjectDocument>, id: ProjectId) =>
			// @ts-expect-error -- the tenant is missing, which is what this test is about
			projects.findOne({ _id: id });
		expect(query).toBeInstanceOf(Function);
	});

	it('does not compile with an id of another kind in its place', () => {
		const query = (projects: TenantCollection<ProjectDocument>, id: ProjectId) =>
			// @ts-expect-error -- a project's id is no organization's
			projects.findOne(id, {});
		expect(query).toBeInstanceOf(Function);
	});
});
