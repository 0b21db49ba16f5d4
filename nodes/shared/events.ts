import type { INodePropertyOptions } from 'n8n-workflow';

/** Everything the platform announces, as the trigger offers it. */
export const EVENTS: INodePropertyOptions[] = [
	{ name: 'Automation Rule Failed', value: 'automation_rule.failed' },
	{ name: 'Automation Rule Triggered', value: 'automation_rule.triggered' },
	{ name: 'Backup Failed', value: 'backup.failed' },
	{ name: 'Backup Succeeded', value: 'backup.succeeded' },
	{ name: 'Deployment Canceled', value: 'deployment.canceled' },
	{ name: 'Deployment Failed', value: 'deployment.failed' },
	{ name: 'Deployment Queued', value: 'deployment.queued' },
	{ name: 'Deployment Rolled Back', value: 'deployment.rolled_back' },
	{ name: 'Deployment Started', value: 'deployment.started' },
	{ name: 'Deployment Succeeded', value: 'deployment.succeeded' },
	{ name: 'Environment Cloned', value: 'environment.cloned' },
	{ name: 'Environment Created', value: 'environment.created' },
	{ name: 'Environment Deleted', value: 'environment.deleted' },
	{ name: 'Environment Status Changed', value: 'environment.status_changed' },
	{ name: 'Environment Updated', value: 'environment.updated' },
	{ name: 'Server Degraded', value: 'server.degraded' },
	{ name: 'Server Recovered', value: 'server.recovered' },
	{ name: 'Webhook Paused', value: 'webhook.paused' },
];
