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

/** A kind of thing that the platform has, as its ids and addresses name it. */
interface Kind {
	name: string;
	displayName: string;
	/** What its ids begin with. */
	prefix: string;
	/** What stands before the id in an address. */
	folders: string[];
	searchListMethod: string;
}

/** The locator of a kind of thing: chosen from a searched list, or named by ID or by an address of it. */
function locator({ name, displayName, prefix, folders, searchListMethod }: Kind): INodeProperties {
	// n8n holds a pattern against the whole value; what is below the thing's own address is accepted too.
	const url = `https?:\\/\\/.+\\/(?:${folders.join('|')})\\/(${idPattern(prefix)})(?:[/?#].*)?`;
	const example = `${prefix}_01HXMZ0K3RJ8QM2P5T7V9X1Z3B`;
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
				placeholder: `e.g. ${example}`,
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
			{
				displayName: 'By URL',
				name: 'url',
				type: 'string',
				placeholder: `e.g. https://platform.example.com/${folders[0]}/${example}`,
				extractValue: { type: 'regex', regex: url },
				validation: [
					{
						type: 'regex',
						properties: {
							regex: url,
							errorMessage: `Not the URL of one: it has /${folders[0]}/ and the ID in it`,
						},
					},
				],
			},
		],
	};
}

export const projectLocator: INodeProperties = {
	...locator({
		name: 'project',
		displayName: 'Project',
		prefix: 'prj',
		folders: ['projects'],
		searchListMethod: 'searchProjects',
	}),
	description: 'The project whose environments are wanted',
};

export const environmentLocator: INodeProperties = {
	...locator({
		name: 'environment',
		displayName: 'Environment',
		prefix: 'env',
		folders: ['envs', 'environments'],
		searchListMethod: 'searchEnvironments',
	}),
	description: 'The environment that is meant',
};

export const deploymentLocator: INodeProperties = {
	...locator({
		name: 'deployment',
		displayName: 'Deployment',
		prefix: 'dep',
		folders: ['deployments'],
		searchListMethod: 'searchDeployments',
	}),
	description: 'The deployment that is meant',
};

export const backupLocator: INodeProperties = {
	...locator({
		name: 'backup',
		displayName: 'Backup',
		prefix: 'bak',
		folders: ['backups'],
		searchListMethod: 'searchBackups',
	}),
	description: 'The backup that is meant',
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

/** The records of a whole list. */
async function fetchAll(context: ILoadOptionsFunctions, path: string): Promise<IDataObject[]> {
	const records: IDataObject[] = [];
	let next: string | undefined;
	do {
		const page = await fetchPage(context, path, next);
		records.push(...page.records);
		next = page.next;
	} while (next !== undefined);
	return records;
}

/** What an environment is called where those of several projects are listed. */
async function environmentNames(context: ILoadOptionsFunctions) {
	const projects = await fetchAll(context, 'projects');
	const names = new Map(projects.map((project) => [textAt(project, 'id'), textAt(project, 'name')]));
	return (record: IDataObject) =>
		`${names.get(textAt(record, 'project_id')) ?? 'Unknown project'} / ${textAt(record, 'name')}`;
}

async function searchEnvironments(this: ILoadOptionsFunctions, filter?: string, cursor?: string) {
	const nameOf = await environmentNames(this);
	const toItem = (record: IDataObject) => ({
		name: nameOf(record),
		value: textAt(record, 'id'),
		url: textAt(record, 'primary_url') || undefined,
	});
	return search(this, 'environments', toItem, filter, cursor);
}

async function searchBackups(this: ILoadOptionsFunctions, filter?: string, cursor?: string) {
	const nameOf = await environmentNames(this);
	const environments = await fetchAll(this, 'environments');
	const names = new Map(environments.map((environment) => [textAt(environment, 'id'), nameOf(environment)]));
	const toItem = (record: IDataObject) => ({
		name: `${names.get(textAt(record, 'environment_id')) ?? 'A deleted environment'} ${textAt(record, 'created_at')} (${textAt(record, 'status')})`,
		value: textAt(record, 'id'),
	});
	return search(this, 'backups', toItem, filter, cursor);
}

async function searchDeployments(this: ILoadOptionsFunctions, filter?: string, cursor?: string) {
	const toItem = (record: IDataObject) => ({
		name: `${textAt(record, 'created_at')} ${textAt(record, 'git_ref')} (${textAt(record, 'status')})`,
		value: textAt(record, 'id'),
	});
	return search(this, 'deployments', toItem, filter, cursor);
}

/** The searches behind the locators, for a node's `methods.listSearch`. */
export const listSearch = { searchProjects, searchEnvironments, searchDeployments, searchBackups };
