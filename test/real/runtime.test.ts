import { describe } from '@jest/globals';
import { openBareDocker } from '../support/bare-runtimes';
import { DOCKER_HOST } from '../support/real-environments';
import { describeRuntime } from '../support/runtime-contract';

(DOCKER_HOST === undefined ? describe.skip : describe)('on a Docker Engine', () => {
	describeRuntime(
		{ kind: 'docker', amid: 'The database is copied.', refuses: true, restoresAnew: false, patienceMs: 600_000 },
		() => openBareDocker(DOCKER_HOST ?? ''),
	);
});
