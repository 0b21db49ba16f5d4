import { randomBytes } from 'crypto';
import {
	NodeConnectionTypes,
	type IDataObject,
	type IHookFunctions,
	type IHttpRequestOptions,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { isList, objectAt, textAt } from '../shared/data';
import { EVENTS } from '../shared/events';
import { bodyOf, failure, refusal } from '../shared/failure';
import { environmentLocator, listSearch } from '../shared/locators';
import { authenticId, authenticSignature, TOLERANCE_SECONDS } from '../shared/signature';
import { send } from '../shared/transport';

/** The pattern that the platform takes for every type of event. */
const ALL_EVENTS = '*';

/** The `paused_reason` of a webhook that a person paused, or a program in their name; any other is of failures. */
const PAUSED_BY_REQUEST = 'Paused by request.';

/** Starts a workflow when the platform announces something, over a webhook that the node registers and verifies. */
export class OdooPlatformTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Odoo Platform Trigger',
		name: 'odooPlatformTrigger',
		icon: { light: 'file:../../icons/odooPlatform.svg', dark: 'file:../../icons/odooPlatform.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter.events.includes("*") ? "all events" : $parameter.events.join(", ") }}',
		description: 'Start a workflow when something happens to an Odoo environment or deployment',
		defaults: { name: 'Odoo Platform Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'odooPlatformApi', required: true }],
		webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
		properties: [
			{
				displayName: 'Events',
				name: 'events',
				type: 'multiOptions',
				required: true,
				default: ['deployment.succeeded'],
				description: 'What starts the workflow',
				options: [{ name: 'All Events', value: ALL_EVENTS }, ...EVENTS],
			},
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add option',
				default: {},
				options: [{ ...environmentLocator, description: 'Start only for what happens to this environment' }],
			},
		],
	};

	methods = { listSearch };

	webhookMethods = {
		default: {
			/** n8n asks this before `create` when the workflow is activated, and up to 2.39 also whenever it starts. */
			async checkExists(this: IHookFunctions): Promise<boolean> {
				const registration = this.getWorkflowStaticData('node');
				const id = textAt(registration, 'webhookId');
				if (id === '') return false;
				const wanted = wantedWebhook(this);
				if (!isOwn(this, registration) || !(await takeUp(this, id, wanted))) {
					forget(registration);
					return false;
				}
				Object.assign(registration, { events: wanted.events, owner: ownerOf(this) });
				return true;
			},

			async create(this: IHookFunctions): Promise<boolean> {
				const wanted = wantedWebhook(this);
				const secret = `whsec_${randomBytes(32).toString('base64')}`;
				const reply = await send(this, 'odooPlatformApi', {
					method: 'POST',
					url: '/api/v1/webhooks',
					body: { ...wanted, secret },
				});
				const id = textAt(bodyOf(this.getNode(), reply), 'id');
				if (id === '') {
					throw failure(this.getNode(), {
						message: 'The platform registered a webhook without an ID',
						description: ['Check the base URL in the credential.'],
					});
				}
				Object.assign(this.getWorkflowStaticData('node'), {
					webhookId: id,
					events: wanted.events,
					secret,
					owner: ownerOf(this),
				});
				return true;
			},

			async delete(this: IHookFunctions): Promise<boolean> {
				const registration = this.getWorkflowStaticData('node');
				const id = textAt(registration, 'webhookId');
				if (id === '') return true;
				if (isOwn(this, registration)) {
					const reply = await send(this, 'odooPlatformApi', { method: 'DELETE', url: webhookUrl(id) });
					if (reply.statusCode >= 300 && reply.statusCode !== 404) throw refusal(this.getNode(), reply);
				}
				forget(registration);
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const headers = this.getHeaderData();
		const registration = this.getWorkflowStaticData('node');
		const now = Date.now();
		const given = {
			secret: registration.secret,
			timestamp: headers['x-oecsh-timestamp'],
			rawBody: this.getRequestObject().rawBody,
			now,
		};
		// For a day after each rotation the platform also signs with the secret before, and one such is known here.
		const signatures = [headers['x-oecsh-signature'], headers['x-oecsh-signature-previous']];
		const signature = authenticSignature({ ...given, signatures });
		if (signature === null) {
			this.getResponseObject().status(401).send('Unauthorized').end();
			return { noWebhookResponse: true };
		}
		const event = this.getBodyData();
		const { events } = registration;
		const asked = Array.isArray(events) && events.some((type) => type === ALL_EVENTS || type === event.type);
		if (!asked || !isAbout(event, chosenEnvironment(this))) return {};
		const id = authenticId({ ...given, id: headers['webhook-id'], signatures: [headers['webhook-signature']] });
		if (isRepeated(registration, { id, signature }, now)) return {};
		return Promise.resolve({ workflowData: [this.helpers.returnJsonArray(event)] });
	}
}

const webhookUrl = (id: string) => `/api/v1/webhooks/${encodeURIComponent(id)}`;

/** What the node asks of its webhook, as the platform's API writes it. */
const wantedWebhook = (context: IHookFunctions): IDataObject => ({
	url: context.getNodeWebhookUrl('default'),
	format: 'generic',
	events: context.getNodeParameter('events'),
});

/**
 * Makes the registered webhook deliver here again, and answers whether the platform still has it. It is changed, not
 * replaced, where it is not as wanted (n8n's address is another, say), so that none is left behind and what waits in it
 * is not lost. One that failures paused, as a longer outage of n8n makes them, is resumed: the platform then sends what
 * waited. One that was paused by request stays so, because whoever asked for it wants nothing sent until they say
 * otherwise, and a restart of n8n does not say that.
 *
 * @throws NodeApiError when the platform refuses.
 */
async function takeUp(context: IHookFunctions, id: string, wanted: IDataObject): Promise<boolean> {
	const ask = async (request: IHttpRequestOptions) => {
		const reply = await send(context, 'odooPlatformApi', request);
		return reply.statusCode === 404 ? null : bodyOf(context.getNode(), reply);
	};
	const url = webhookUrl(id);
	let webhook = await ask({ method: 'GET', url });
	if (webhook !== null && !isAs(wanted, webhook)) {
		webhook = await ask({ method: 'PATCH', url, body: wanted });
	}
	if (webhook?.status === 'paused' && webhook.paused_reason !== PAUSED_BY_REQUEST) {
		webhook = await ask({ method: 'POST', url: `${url}/resume` });
	}
	return webhook !== null;
}

/** Whether a webhook is as wanted; the order of its events, and how often one is named, say nothing. */
function isAs(wanted: IDataObject, webhook: IDataObject): boolean {
	const eventsOf = ({ events }: IDataObject) => JSON.stringify([...new Set(isList(events) ? events : [])].sort());
	return webhook.url === wanted.url && webhook.format === wanted.format && eventsOf(webhook) === eventsOf(wanted);
}

/** Which node of which workflow of which n8n this is: what a copy of the workflow has of its own. */
function ownerOf(context: IHookFunctions): string {
	return [context.getInstanceId(), context.getWorkflow().id, pathOf(context.getNodeWebhookUrl('default'))].join(' ');
}

const pathOf = (url: unknown) => (typeof url === 'string' ? url.replace(/^\w+:\/\/[^/]*/, '') : '');

/**
 * Whether the registration was made for this very node. One that came along with a copied or imported workflow is the
 * original's, which goes on needing it. Registrations from before owners were kept are taken for one's own.
 */
function isOwn(context: IHookFunctions, { owner }: IDataObject): boolean {
	return owner === undefined || owner === ownerOf(context);
}

function forget(registration: IDataObject): void {
	delete registration.webhookId;
	delete registration.events;
	delete registration.secret;
	delete registration.owner;
	delete registration.seen;
}

/**
 * Whether the same was here in the last minutes: a message that the platform sends again, because an answer was lost, has its
 * id; a recorded request that somebody else sends again has its signature, whatever was made of the rest. Notes both.
 */
function isRepeated(
	registration: IDataObject,
	{ id, signature }: { id: string | null; signature: string },
	now: number,
): boolean {
	const seen = Object.entries(objectAt(registration, 'seen')).filter(([, until]) => Number(until) > now);
	const repeated = seen.some(([mark]) => mark === (id ?? signature));
	// A signature holds so long before and after its timestamp.
	const until = now + 2 * TOLERANCE_SECONDS * 1_000;
	registration.seen = Object.fromEntries([
		...seen,
		...[id, signature].flatMap((mark) => (mark === null ? [] : [[mark, until] as const])),
	]);
	return repeated;
}

function chosenEnvironment(context: IWebhookFunctions): string {
	const id: unknown = context.getNodeParameter('options.environment', '', { extractValue: true });
	return typeof id === 'string' ? id : '';
}

/** Whether an event concerns the environment, or any one when none is chosen. */
function isAbout(event: IDataObject, environmentId: string): boolean {
	const data = objectAt(event, 'data');
	const subjects = [
		textAt(objectAt(data, 'deployment'), 'environment_id'),
		textAt(objectAt(data, 'environment'), 'id'),
		textAt(data, 'environment_id'),
	];
	return environmentId === '' || subjects.includes(environmentId);
}
