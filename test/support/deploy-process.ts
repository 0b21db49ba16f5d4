import { systemClock } from '../../backend/src/core/clock';
import { createHangingRuntime, openDeploySite } from './deploy-stage';

/** A replica in a process of its own, which says so when it has come to starting the runtime and stays there. */
async function main([uri = '', dbName = '', directory = '']: readonly string[]) {
	const { startReplica } = await openDeploySite({ uri, dbName, directory, clock: systemClock });
	const runtime = createHangingRuntime();
	startReplica({ runtime });
	await runtime.reached;
	process.stdout.write('starting\n');
}

void main(process.argv.slice(2));
