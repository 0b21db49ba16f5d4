import type { Pager } from '../../http/page';
import { keyRoutes } from './routes';
import { createKeysService } from './service';

/** API keys. */
export function createKeys({ pager, ...parts }: Parameters<typeof createKeysService>[0] & { pager: Pager }) {
	const service = createKeysService(parts);
	return { service, routes: keyRoutes({ keys: service, pager }) };
}
