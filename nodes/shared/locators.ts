import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
	INodeProperties,
} from 'n8n-workflow';
import { objectsAt, textAt } from './data';
import { bodyOf } from './failure';
import { send } from './transport';

/** A prefixed ULID, as the platform's ids are, e.g. `env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B`. */
const idPattern = (prefix: string) => `${prefix}_[0-7][0-9A-HJKMNP-TV-Z]{25}`;

/** The locator of a kind of thing: chosen from a searched list, or named by ID. */
function locator(name: string, displayName: string, prefix: string, searchListMethod: string): INodeProperties {
	return {
		displayName,
		name,
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod, searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: `e.g. ${prefix}_01HXMZ0K3RJ8QM2P5T7V9X1Z3B`,
				validation: [
					{
						type: 'regex',
						properties: {
							regex: idPattern(prefix),
							errorMessage: `Not an ID: it is ${prefix}_ followed by 26 letters and digits`,
						},
					},
				],
			},
		],
	};
}

export const projectLocator: INodeProperties = {
	...locator('project', 'Project', 'prj', 'searchProjects'),
	description: 'The project whose environments are wanted',
};

const environment = locator('environment', 'Environment', 'env', 'searchEnvironments');
/** The URL of an environment or of anything below it; n8n holds a pattern against the whole value. */
const environmentUrl = `https?:\\/\\/.+\\/(?:envs|environments)\\/(${idPattern('env')})(?:[/?#].*)?`;

export const environmentLocator: INodeProperties = {
	...environment,
	description: 'The environment that is meant',
	modes: [
		...(environment.modes ?? []),
		{
			displayName: 'By URL',
			name: 'url',
			type: 'string',
			placeholder: 'e.g. https://platform.example.com/envs/env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
			extractValue: { type: 'regex', regex: environmentUrl },
			validation: [
				{
					type: 'regex',
					properties: {
						regex: environmentUrl,
						errorMessage: 'Not the URL of an environment: it has /envs/ or /environments/ and the ID in it',
					},
				},
			],
		},
	],
};

export const deploymentLocator: INodeProperties = {
	...locator('deployment', 'Deployment', 'dep', 'searchDeployments'),
	description: 'The deployment that is meant',
};

interface Page {
	records: IDataObject[];
	next: string | undefined;
}

async function fetchPage(context: ILoadOptionsFunctions, path: string, cursor?: string): Promise<Page> {
	const reply = await send(context, 'odooPlatformApi', {
		method: 'GET',
		url: `/api/v1/${path}`,
		qs: { limit: 100, cursor },
	});
	const page = bodyOf(context.getNode(), reply);
	return { records: objectsAt(page, 'data'), next: textAt(page, 'next_cursor') || undefined };
}

/**
 * One page of a list as n8n's search shows it. The platform does not search by name, so a filter is applied here,
 * to as many pages as it takes to find something.
 */
async function search(
	context: ILoadOptionsFunctions,
	path: string,
	toItem: (record: IDataObject) => INodeListSearchItems,
	filter = '',
	cursor?: string,
): Promise<INodeListSearchResult> {
	const wanted = filter.toLowerCase();
	let next = cursor;
	let results: INodeListSearchItems[];
	do {
		const page = await fetchPage(context, path, next);
		results = page.records.map(toItem).filter(({ name }) => name.toLowerCase().includes(wanted));
		next = page.next;
	} while (results.length === 0 && next !== undefined);
	return { results, paginationToken: next };
}

async function searchProjects(this: ILoadOptionsFunctions, filter?: string, cursor?: string) {
	const toItem = (project: IDataObject) => ({ name: textAt(project, 'name'), value: textAt(project, 'id') });
	return search(this, 'projects', toItem, filter, cursor);
}

async function searchEnvironments(this: ILoadOptionsFunctions, filter?: string, cursor?: string) {
	const projects = new Map<string, string>();
	let next: string | undefined;
	do {
		const page = await fetchPage(this, 'projects', next);
		for (const project of page.records) projects.set(textAt(project, 'id'), textAt(project, 'name'));
		next = page.next;
	} while (next !== undefined);
	const toItem = (record: IDataObject) => ({
		name: `${projects.get(textAt(record, 'project_id')) ?? 'Unknown project'} / ${textAt(record, 'name')}`,
		value: textAt(record, 'id'),
		url: textAt(record, 'primary_url') || undefined,
	});
	return search(this, 'environments', toItem, filter, cursor);
}

async function searchDeployments(this: ILoadOptionsFunctions, filter?: string, cursor?: string) {
	const toItem = (record: IDataObject) => ({
		name: `${textAt(record, 'created_at')} ${textAt(record, 'git_ref')} (${textAt(record, 'status')})`,
		value: textAt(record, 'id'),
	});
	return search(this, 'deployments', toItem, filter, cursor);
}

/** The searches behind the locators, for a node's `methods.listSearch`. */
export const listSearch = { searchProjects, searchEnvironments, searchDeployments };
