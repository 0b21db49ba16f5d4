import { describe, expect, it } from '@jest/globals';
import { ingressConfig } from '../../backend/src/runtimes/docker/ingress-config';

const environment = { key: 'oec-env-1', url: 'https://shop-1.apps.example.com', domains: ['shop.example.com'] };
const platform = { name: 'platform.example.com', upstream: 'service:4000' };

describe('what a server’s ingress serves', () => {
	it('serves further sites by https, under their names', () => {
		const { servers } = ingressConfig([environment], [platform]).apps.http;
		expect(servers.https.routes).toMatchObject([
			{
				match: [{ host: ['platform.example.com'] }],
				handle: [{ handler: 'reverse_proxy', upstreams: [{ dial: 'service:4000' }] }],
			},
			{ match: [{ host: ['shop-1.apps.example.com', 'shop.example.com'] }] },
			{ handle: [{ status_code: 404 }] },
		]);
		expect(servers.http.routes).toMatchObject([{ handle: [{ status_code: 404 }] }]);
	});

	it('serves them where there is no environment', () => {
		expect(ingressConfig([], [platform]).apps.http.servers.https.routes).toHaveLength(2);
	});
});
