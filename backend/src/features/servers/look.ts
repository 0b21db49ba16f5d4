import type { ContainerState, Engine } from '../../docker/engine';
import { EngineError } from '../../docker/errors';
import type { Problem } from './health';
import type { ServerDocument } from './model';

const INSTALLATION = 'io.odoo-platform.installation';
const ENVIRONMENT = 'io.odoo-platform.environment';

/** What a look at a server finds out. */
export type Facts = Pick<
	ServerDocument,
	'engine_version' | 'cpus' | 'memory_bytes' | 'free_memory_bytes' | 'disk_free_bytes'
>;

/** Less than this part of the memory or the disk is too little. */
const SCARCE = 0.05;
/** So many restarts, the last one just now, are too many. */
const MANY_RESTARTS = 3;
/** In milliseconds; longer than it takes from one look at the containers to the next. */
const JUST_NOW_MS = 120_000;
const KIB = 1024;

/** Which containers there are of this installation. */
export const containersOf = (engine: Pick<Engine, 'containers'>, installation: string) =>
	engine.containers({ [INSTALLATION]: installation });

/** What a server has, and what is wrong with that. */
export async function lookAt(
	engine: Pick<Engine, 'info' | 'exec'>,
	containers: readonly ContainerState[],
	signal: AbortSignal,
): Promise<{ readonly facts: Facts; readonly problem: Problem | null }> {
	const { version, cpus, memory_bytes } = await engine.info(signal);
	const { memory, disk } = await measure(engine, containers, signal);
	const facts = {
		engine_version: version,
		cpus,
		memory_bytes,
		free_memory_bytes: memory?.free ?? null,
		disk_free_bytes: disk?.free ?? null,
	};
	const isScarce = (measured: Measured | null) => measured !== null && measured.free < measured.all * SCARCE;
	return { facts, problem: isScarce(disk) ? 'disk' : isScarce(memory) ? 'memory' : null };
}

interface Measured {
	readonly free: number;
	readonly all: number;
}

const UNKNOWN = { memory: null, disk: null };

/**
 * An Engine tells neither what memory nor what disk is free, but every container sees both of its server: any of the
 * service's own is asked, the ingress before those of environments.
 */
async function measure(
	engine: Pick<Engine, 'exec'>,
	containers: readonly ContainerState[],
	signal: AbortSignal,
): Promise<{ readonly memory: Measured | null; readonly disk: Measured | null }> {
	const running = containers.filter((container) => container.running);
	const asked = running.find(({ labels }) => labels[ENVIRONMENT] === undefined) ?? running[0];
	if (asked === undefined) return UNKNOWN;
	try {
		const { stdout } = await engine.exec(asked.name, ['sh', '-c', 'cat /proc/meminfo && df -Pk /'], { signal });
		return readMeasures(stdout);
	} catch (error) {
		// It may have ended meanwhile.
		if (error instanceof EngineError && error.code === 'refused') return UNKNOWN;
		throw error;
	}
}

/** Reads `/proc/meminfo` and, after it, what `df -Pk` says of one file system. */
export function readMeasures(text: string): { readonly memory: Measured | null; readonly disk: Measured | null } {
	const kib = (pattern: RegExp) => {
		const [, digits] = pattern.exec(text) ?? [];
		return digits === undefined ? null : Number(digits) * KIB;
	};
	const pair = (free: number | null, all: number | null) => (free === null || all === null ? null : { free, all });
	return {
		memory: pair(kib(/^MemAvailable:\s+(\d+) kB$/m), kib(/^MemTotal:\s+(\d+) kB$/m)),
		disk: pair(kib(/^\S+\s+\d+\s+\d+\s+(\d+)\s+\d+%\s+\//m), kib(/^\S+\s+(\d+)\s+\d+\s+\d+\s+\d+%\s+\//m)),
	};
}

/** Whether one of the containers is started again and again. */
export async function keepsDying(
	engine: Pick<Engine, 'inspect'>,
	containers: readonly ContainerState[],
	now: Date,
): Promise<boolean> {
	const found = await Promise.all(containers.map(({ name }) => engine.inspect(name)));
	return found.some(
		(details) =>
			details !== null &&
			details.restarts >= MANY_RESTARTS &&
			details.started_at.getTime() > now.getTime() - JUST_NOW_MS,
	);
}
