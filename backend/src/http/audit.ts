import type { Caller } from '../access/caller';
import type { Route, RouteReply } from './route';

/** A request that changes something: who asks for what, and from where. */
export interface Deed {
	/** The route's operationId. */
	readonly action: string;
	/** The ids in the path, from left to right. */
	readonly path_ids: readonly string[];
	readonly caller: Caller;
	/** The network address that the request came from. */
	readonly address: string;
	readonly request_id: string;
}

/** Does what was asked for and, when that succeeded, writes down that it was done. */
export type Audit = (deed: Deed, work: () => Promise<RouteReply>) => Promise<RouteReply>;

/** Whether a route changes something here. What is done within an Odoo, through the gateway, is Odoo's to record. */
export const isDeed = ({ method, access }: Pick<Route, 'method' | 'access'>) =>
	method !== 'get' && access.by !== 'webhook_key';
