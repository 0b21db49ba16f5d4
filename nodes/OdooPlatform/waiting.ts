import {
	sleep,
	type IDataObject,
	type IExecuteSingleFunctions,
	type IHttpRequestOptions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';
import { isDataObject, objectAt, textAt } from '../shared/data';
import { bodyOf, failure } from '../shared/failure';
import { switchIn } from '../shared/plain';
import { send } from '../shared/transport';

/** The platform answers a request that waits after ten minutes at the latest; n8n itself gives up after five. */
const WAIT_TIMEOUT_MS = 11 * 60 * 1000;

/** How long to leave a job alone between two looks at it. */
const PAUSE_MS = 5000;

/** The switch that has the node wait for the end of what it started. */
export const waitField = (resource: string, operations: string[], description: string): INodeProperties => ({
	displayName: 'Wait',
	name: 'wait',
	type: 'boolean',
	displayOptions: { show: { resource: [resource], operation: operations } },
	default: true,
	description,
	routing: { send: { type: 'body', property: 'wait' } },
});

/** Gives a request that waits the time it may take, unless the user has set a timeout. */
export async function allowForWaiting(this: IExecuteSingleFunctions, request: IHttpRequestOptions) {
	const options: unknown = this.getNodeParameter('requestOptions', {});
	const limited = isDataObject(options) && typeof options.timeout === 'number';
	return Promise.resolve(limited ? request : { ...request, timeout: WAIT_TIMEOUT_MS });
}

const waits = (context: IExecuteSingleFunctions) => switchIn(context.getNodeParameter('wait')) === true;

/** Waits on where a job takes longer than the platform lets a request wait. */
export async function awaitJob(this: IExecuteSingleFunctions, items: INodeExecutionData[]) {
	if (!waits(this)) return items;
	const look = async (id: string) => {
		const reply = await send(this, 'odooPlatformApi', {
			method: 'GET',
			url: `/api/v1/jobs/${encodeURIComponent(id)}`,
		});
		return bodyOf(this.getNode(), reply, this.getItemIndex());
	};
	const goesOn = () => this.getExecutionCancelSignal()?.aborted !== true;
	const pause = () => sleep(PAUSE_MS);
	return Promise.all(
		items.map(async (item) => ({ ...item, json: await followJob(item.json, { look, goesOn, pause }) })),
	);
}

/** How a job is followed: with a look at it, as long as somebody wants to know, and a pause before the next. */
interface Watch {
	look: (id: string) => Promise<IDataObject>;
	goesOn: () => boolean;
	pause: () => Promise<void>;
}

/** What was answered of a job, brought up to its end. */
export async function followJob(reply: IDataObject, { look, goesOn, pause }: Watch): Promise<IDataObject> {
	let latest = reply;
	while (isUnderWay(latest) && goesOn()) {
		const job = await look(textAt(reply, 'job_id'));
		latest = { ...reply, status: textAt(job, 'status'), job };
		if (isUnderWay(latest)) await pause();
	}
	return latest;
}

const isUnderWay = (reply: IDataObject) => ['queued', 'running'].includes(textAt(reply, 'status'));

/** What is said of work that has not succeeded, by its status. */
const OUTCOMES = new Map([
	['failed', 'failed'],
	['canceled', 'was canceled'],
]);

/**
 * Fails the node when work that was waited for has not succeeded, with the reason the platform gives. The reply tells of
 * it at `part`.
 */
export const requireSuccess = (work: string, part: 'deployment' | 'job') =>
	async function (this: IExecuteSingleFunctions, items: INodeExecutionData[]) {
		for (const { json } of items) {
			const status = textAt(json, 'status');
			if (status === 'succeeded' || (!waits(this) && !OUTCOMES.has(status))) continue;
			const outcome = `The ${work} ${OUTCOMES.get(status) ?? `has not finished in time: it is still ${status}`}`;
			const reason = textAt(objectAt(objectAt(json, part), 'error'), 'message');
			throw failure(this.getNode(), {
				message: reason === '' ? outcome : `${outcome}: ${reason}`,
				description: [
					`${part === 'job' ? 'Job' : 'Deployment'} ID: ${textAt(json, `${part}_id`)}`,
					`To go on in spite of failed ${work}s, set "On Error" in the settings of the node.`,
				],
				itemIndex: this.getItemIndex(),
			});
		}
		return Promise.resolve(items);
	};
