import { setTimeout } from 'node:timers/promises';
import type { ContainerDetails, Engine } from '../../docker/engine';
import { EngineError } from '../../docker/errors';
import { type Postgres } from './postgres';
import { WEB_PORT, WEBSOCKET_PORT } from './settings-files';

/**
 * Asks Odoo for its page of logins until that is there: it loads the modules of the very database, which `/web/health`
 * does not. It runs within Odoo's container, where only Odoo hears it.
 */
const PROGRAM = `
import http.client, socket, sys, time
seconds, workers = float(sys.argv[1]), int(sys.argv[2])
end = time.monotonic() + seconds
while True:
    try:
        odoo = http.client.HTTPConnection('127.0.0.1', ${WEB_PORT}, timeout=max(1, seconds))
        odoo.request('GET', '/web/login')
        status = odoo.getresponse().status
        problem = None if status == 200 else 'its page of logins is answered with HTTP %d' % status
        if problem is None and workers > 0:
            socket.create_connection(('127.0.0.1', ${WEBSOCKET_PORT}), 5).close()
    except OSError as error:
        problem = 'it takes no requests (%s)' % error
    if problem is None:
        sys.exit(0)
    if time.monotonic() > end:
        print(problem)
        sys.exit(1)
    time.sleep(0.1)
`;

/** Odoo does not serve; the message says why, for the environment's owner. */
export class NotReadyError extends Error {
	override readonly name = 'NotReadyError';
}

/** Lines with which Odoo says that it serves without some of its modules. */
const HALF_LOADED = /Some modules are not loaded|Some modules have inconsistent states/;

/**
 * Resolves once the container serves this database as a whole.
 * @throws NotReadyError where it does not within so many seconds
 */
export async function untilServing(
	engine: Engine,
	container: string,
	{ seconds, workers, signal }: { seconds: number; workers: number; signal: AbortSignal },
): Promise<void> {
	const outcome = await engine
		.exec(container, ['python3', '-c', PROGRAM, String(seconds), String(workers)], { signal })
		.catch((error: unknown) => {
			if (error instanceof EngineError && error.code === 'refused') return null;
			throw error;
		});
	if (outcome?.exit_code === 0) return;
	const state = await stateOnceEnded(engine, container, { wasCutOff: outcome?.exit_code !== 1, signal });
	if (state === null) throw new NotReadyError('its container is gone');
	if (state.out_of_memory) throw new NotReadyError('it needed more memory than it may have');
	if (hasEnded(state)) {
		throw new NotReadyError(state.exit_code === 0 ? 'it ends again and again' : `it ended with ${state.exit_code}`);
	}
	throw new NotReadyError(outcome?.stdout.trim() || 'it does not answer');
}

const hasEnded = ({ running, restarting, restarts }: ContainerDetails) => !running || restarting || restarts > 0;

/** A program that was cut off ended with its container, which the Engine may not know yet. */
async function stateOnceEnded(
	engine: Engine,
	container: string,
	{ wasCutOff, signal }: { wasCutOff: boolean; signal: AbortSignal },
): Promise<ContainerDetails | null> {
	for (let look = 1; ; look++) {
		const state = await engine.inspect(container);
		if (state === null || hasEnded(state) || !wasCutOff || look === LOOKS) return state;
		await setTimeout(LOOK_MS, undefined, { signal });
	}
}

/** How often, and after how many milliseconds each, it is looked whether a container has ended. */
const LOOKS = 10;
const LOOK_MS = 200;

/** @throws NotReadyError where Odoo says that it left modules out */
export async function checkLoaded(engine: Engine, container: string, signal: AbortSignal): Promise<void> {
	for await (const line of engine.logs(container, { tail: 500, signal })) {
		if (HALF_LOADED.test(line)) throw new NotReadyError(line.replace(/^.*?: /, ''));
	}
}

/** @throws NotReadyError where an update is half done */
export async function checkModules(postgres: Postgres, database: string): Promise<void> {
	const waiting = await postgres.ask(
		database,
		`SELECT name FROM ir_module_module WHERE state IN ('to install', 'to upgrade', 'to remove') ORDER BY name;`,
	);
	if (waiting.length > 0) {
		throw new NotReadyError(`some modules wait to be installed or updated: ${waiting.flat().join(', ')}`);
	}
}
