import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { type FakePlatform, startFakePlatform } from './fake-platform';

/** Starts a fake platform for the tests of the file, and hands it over before each, as one that was asked nothing. */
export function fakePlatformForTests(handOver: (platform: FakePlatform) => void): void {
	let platform: FakePlatform;
	beforeAll(async () => {
		platform = await startFakePlatform();
	});
	afterAll(() => platform.close());
	beforeEach(() => {
		platform.received.length = 0;
		handOver(platform);
	});
}
