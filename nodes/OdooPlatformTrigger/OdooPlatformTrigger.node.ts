import { randomBytes } from 'crypto';
import {
	NodeConnectionTypes,
	type IDataObject,
	type IHookFunctions,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { objectAt, textAt } from '../shared/data';
import { EVENTS } from '../shared/events';
import { bodyOf, failure, refusal } from '../shared/failure';
import { environmentLocator, listSearch } from '../shared/locators';
import { isAuthentic } from '../shared/signature';
import { send } from '../shared/transport';

/** The pattern that the platform takes for every type of event. */
const ALL_EVENTS = '*';

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
			async checkExists(this: IHookFunctions): Promise<boolean> {
				const registration = this.getWorkflowStaticData('node');
				const id = textAt(registration, 'webhookId');
				if (id === '') return false;
				const reply = await send(this, 'odooPlatformApi', { method: 'GET', url: webhookUrl(id) });
				if (reply.statusCode === 404) {
					forget(registration);
					return false;
				}
				bodyOf(this.getNode(), reply);
				return true;
			},

			async create(this: IHookFunctions): Promise<boolean> {
				const events = this.getNodeParameter('events');
				const secret = `whsec_${randomBytes(32).toString('base64')}`;
				const reply = await send(this, 'odooPlatformApi', {
					method: 'POST',
					url: '/api/v1/webhooks',
					body: { url: this.getNodeWebhookUrl('default'), format: 'generic', events, secret },
				});
				const id = textAt(bodyOf(this.getNode(), reply), 'id');
				if (id === '') {
					throw failure(this.getNode(), {
						message: 'The platform registered a webhook without an ID',
						description: ['Check the base URL in the credential.'],
					});
				}
				Object.assign(this.getWorkflowStaticData('node'), { webhookId: id, events, secret });
				return true;
			},

			async delete(this: IHookFunctions): Promise<boolean> {
				const registration = this.getWorkflowStaticData('node');
				const id = textAt(registration, 'webhookId');
				if (id === '') return true;
				const reply = await send(this, 'odooPlatformApi', { method: 'DELETE', url: webhookUrl(id) });
				if (reply.statusCode >= 400 && reply.statusCode !== 404) throw refusal(this.getNode(), reply);
				forget(registration);
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const headers = this.getHeaderData();
		const { secret, events } = this.getWorkflowStaticData('node');
		const authentic = isAuthentic({
			secret,
			signature: headers['x-oecsh-signature'],
			timestamp: headers['x-oecsh-timestamp'],
			rawBody: this.getRequestObject().rawBody,
			now: Date.now(),
		});
		if (!authentic) {
			this.getResponseObject().status(401).send('Unauthorized').end();
			return { noWebhookResponse: true };
		}
		const event = this.getBodyData();
		const asked = Array.isArray(events) && events.some((type) => type === ALL_EVENTS || type === event.type);
		if (!asked || !isAbout(event, chosenEnvironment(this))) return {};
		return Promise.resolve({ workflowData: [this.helpers.returnJsonArray(event)] });
	}
}

const webhookUrl = (id: string) => `/api/v1/webhooks/${encodeURIComponent(id)}`;

function forget(registration: IDataObject): void {
	delete registration.webhookId;
	delete registration.events;
	delete registration.secret;
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
