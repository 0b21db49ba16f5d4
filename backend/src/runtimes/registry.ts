import { dockerRuntime } from './docker/runtime';
import { sandboxRuntime } from './sandbox/runtime';

/** How an environment's Odoo can be run, by kind. One more is a folder beside this file and a line here. */
export const RUNTIMES = {
	docker: dockerRuntime,
	sandbox: sandboxRuntime,
};
