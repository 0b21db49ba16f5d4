import { openBareRuntimes } from '../support/bare-runtimes';
import { describeRuntime } from '../support/runtime-contract';

// A real Docker Engine is held to the same in test/real.
describeRuntime({ kind: 'sandbox', amid: null, refuses: false, restoresAnew: true, patienceMs: 120_000 }, async () => ({
	...(await openBareRuntimes()),
	left: () => Promise.resolve([]),
}));
