import type { INodePropertyOptions } from 'n8n-workflow';

/** Everything the platform announces, as the trigger offers it. */
export const EVENTS: INodePropertyOptions[] = [
	{ name: 'Deployment Canceled', value: 'deployment.canceled' },
	{ name: 'Deployment Failed', value: 'deployment.failed' },
	{ name: 'Deployment Queued', value: 'deployment.queued' },
	{ name: 'Deployment Started', value: 'deployment.started' },
	{ name: 'Deployment Succeeded', value: 'deployment.succeeded' },
	{ name: 'Environment Created', value: 'environment.created' },
	{ name: 'Environment Status Changed', value: 'environment.status_changed' },
	{ name: 'Webhook Paused', value: 'webhook.paused' },
];
