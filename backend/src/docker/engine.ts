import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import Docker from 'dockerode';
import { z } from 'zod';
import { type ContainerSpec, creation } from './container';
import { unlessAborted } from '../waiting/unless-aborted';
import { type Endpoint, type EngineNetwork, optionsOf } from './endpoint';
import { EngineError, engineError, hasStatus, ProgramError } from './errors';
import { createLines, framesOf, type Output } from './frames';

/** How long a call that should answer at once may take, in milliseconds. */
const CALL_MS = 30_000;
/** How long an archive may take to be unpacked, in milliseconds: an Engine may go away amid it. */
const ARCHIVE_MS = 10 * 60_000;
/** The most of a program's output that is kept, in bytes; what comes later is left out. */
const MOST_OUTPUT = 8 * 1024 * 1024;
/** The most of a program's complaints that a failure tells, in characters. */
const MOST_SAID = 4_000;

/** What a server has, as its Engine tells it. */
export interface EngineInfo {
	readonly name: string;
	readonly version: string;
	readonly cpus: number;
	readonly memory_bytes: number;
}

/** A container, as it is. */
export interface ContainerState {
	/** What it alone has, also after another was made with its name. */
	readonly id: string;
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly running: boolean;
	/** Whether its restart policy is about to start it again. */
	readonly restarting: boolean;
}

/** A container, looked at closely. */
export interface ContainerDetails extends ContainerState {
	readonly exit_code: number;
	readonly out_of_memory: boolean;
	/** How often its restart policy has started it again. */
	readonly restarts: number;
	readonly started_at: Date;
	/** Its address on each network that it is on. */
	readonly addresses: Readonly<Record<string, string>>;
}

/** What a container takes at this moment. */
export interface ContainerUse {
	readonly memory_bytes: number;
	/** The most that it may take; null where the Engine does not say. */
	readonly memory_limit_bytes: number | null;
	/** CPU time since it started, in nanoseconds. */
	readonly cpu_ns: number;
	readonly processes: number;
}

/** How a program ended. */
export interface Outcome {
	readonly exit_code: number;
	readonly stdout: string;
	readonly stderr: string;
}

interface ExecOptions {
	readonly user?: string;
	/** What the program reads; without, it reads nothing. Where it breaks off, so does the program. */
	readonly input?: string | AsyncIterable<Uint8Array>;
	readonly signal?: AbortSignal;
}

interface LogOptions {
	/** Only the last so many lines. */
	readonly tail?: number;
	readonly since?: Date;
	/** Goes on with those that come. */
	readonly follow?: boolean;
	readonly signal?: AbortSignal;
}

type Labels = Readonly<Record<string, string>>;

/**
 * A Docker Engine, in the words of this service. What makes something takes no offence at its being there; what removes
 * something, at its being gone. Every method rejects with an {@link EngineError}, or the reason of its signal.
 */
export interface Engine {
	ping(signal?: AbortSignal): Promise<void>;
	info(signal?: AbortSignal): Promise<EngineInfo>;
	/** Has the image there, if need be from its registry. */
	ensureImage(image: string, options: { signal: AbortSignal; log: (text: string) => Promise<void> }): Promise<void>;
	/** With `internal`, nothing on it reaches anything outside of it. */
	ensureNetwork(name: string, labels: Labels, options?: { readonly internal?: boolean }): Promise<void>;
	removeNetwork(name: string): Promise<void>;
	/** Puts a container on a further network, there with these names besides its own. */
	connect(network: string, container: string, aliases?: readonly string[]): Promise<void>;
	disconnect(network: string, container: string): Promise<void>;
	ensureVolume(name: string, labels: Labels): Promise<void>;
	removeVolume(name: string): Promise<void>;
	/** Makes the container, unless one of that name is there, whatever it is like. */
	create(spec: ContainerSpec): Promise<void>;
	start(name: string): Promise<void>;
	/** Asks it to end, and ends it after so many seconds. */
	stop(name: string, seconds: number): Promise<void>;
	/** Removes the one of that name or id with its anonymous volumes, running or not. */
	remove(name: string): Promise<void>;
	inspect(name: string): Promise<ContainerDetails | null>;
	/** Those with all these labels; an empty value stands for any. */
	containers(labels: Labels): Promise<ContainerState[]>;
	networks(labels: Labels): Promise<{ name: string; labels: Labels }[]>;
	volumes(labels: Labels): Promise<{ name: string; labels: Labels }[]>;
	/** Runs a program in a container that runs. */
	exec(container: string, command: readonly string[], options?: ExecOptions): Promise<Outcome>;
	/**
	 * Runs a program in a container that runs, and passes on what it writes as it comes. It begins with the first read.
	 * @throws ProgramError at its end, where it did not end well
	 */
	output(container: string, command: readonly string[], options?: ExecOptions): AsyncGenerator<Uint8Array>;
	/** Runs a container to its end and removes it; lines of both outputs are passed on as they come. */
	run(
		spec: ContainerSpec,
		options: { signal: AbortSignal; onLine: (line: string) => void },
	): Promise<Pick<ContainerDetails, 'exit_code' | 'out_of_memory'>>;
	/** Unpacks a tar stream in a container's directory; it need not run. */
	putArchive(container: string, directory: string, archive: AsyncIterable<unknown>): Promise<void>;
	/** What its program wrote, in lines. */
	logs(container: string, options: LogOptions): AsyncGenerator<string>;
	use(container: string): Promise<ContainerUse | null>;
}

const infoSchema = z.object({ Name: z.string(), ServerVersion: z.string(), NCPU: z.int(), MemTotal: z.number() });
const waitSchema = z.object({ StatusCode: z.int() });
const pullSchema = z.object({ status: z.string().optional(), id: z.string().optional(), error: z.string().optional() });
const useSchema = z.object({
	memory_stats: z.object({
		usage: z.number().default(0),
		limit: z.number().optional(),
		stats: z
			.object({ inactive_file: z.number().optional(), total_inactive_file: z.number().optional() })
			.default({}),
	}),
	cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
	pids_stats: z.object({ current: z.int().default(0) }).default({ current: 0 }),
});

/** Opens an Engine; nothing is asked of it yet. @throws EndpointRefusedError */
export function openEngine(endpoint: Endpoint, network: EngineNetwork): Engine {
	const docker = new Docker(optionsOf(endpoint, network));

	/** Does a call that should answer at once. */
	const call = async <T>(work: (abortSignal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> => {
		const limit = AbortSignal.timeout(CALL_MS);
		const either = signal === undefined ? limit : AbortSignal.any([signal, limit]);
		try {
			// Not every call of dockerode heeds a signal.
			return await unlessAborted(() => work(either), either);
		} catch (error) {
			throw engineError(error, signal);
		}
	};
	/** The same, where some answers of the Engine mean that nothing is left to do. */
	const unless = async (statuses: readonly number[], work: (abortSignal: AbortSignal) => Promise<unknown>) => {
		await call(async (abortSignal) => {
			try {
				await work(abortSignal);
			} catch (error) {
				if (!hasStatus(error, ...statuses)) throw error;
			}
		});
	};
	const ifThere = async <T>(work: (abortSignal: AbortSignal) => Promise<T>): Promise<T | null> =>
		call(async (abortSignal) => {
			try {
				return await work(abortSignal);
			} catch (error) {
				if (hasStatus(error, 404)) return null;
				throw error;
			}
		});

	const remove: Engine['remove'] = (name) =>
		unless([404], async (abortSignal) => {
			const container = docker.getContainer(name);
			try {
				await container.remove({ force: true, v: true, abortSignal });
			} catch (error) {
				// Its removal is under way already.
				if (!hasStatus(error, 409)) throw error;
				await container.wait({ condition: 'removed', abortSignal });
			}
		});

	const pull = async (image: string, { signal, log }: Parameters<Engine['ensureImage']>[1]) => {
		await log(`The image ${image} is fetched.`);
		const stream = await docker.pull(image, { abortSignal: signal });
		const lines = createLines((line) => {
			const { error } = pullSchema.parse(JSON.parse(line));
			if (error !== undefined) throw new EngineError('no_image', `The image ${image} cannot be had: ${error}`);
		});
		for await (const piece of stream) lines.add(Buffer.from(piece));
		lines.end();
	};

	const details = async (name: string): Promise<ContainerDetails | null> => {
		const found = await ifThere((abortSignal) => docker.getContainer(name).inspect({ abortSignal }));
		if (found === null) return null;
		return {
			id: found.Id,
			name,
			labels: found.Config.Labels,
			running: found.State.Running,
			restarting: found.State.Restarting,
			exit_code: found.State.ExitCode,
			out_of_memory: found.State.OOMKilled,
			restarts: found.RestartCount,
			started_at: new Date(found.State.StartedAt),
			addresses: Object.fromEntries(
				Object.entries(found.NetworkSettings.Networks).map(([network, { IPAddress }]) => [network, IPAddress]),
			),
		};
	};

	/** Starts a program. Its output is to be read to its end, or left, which ends the connection to it. */
	const openProgram = async (
		container: string,
		command: readonly string[],
		{ user, input: given, signal }: ExecOptions,
	) => {
		const exec = await call(
			(abortSignal) =>
				docker.getContainer(container).exec({
					Cmd: [...command],
					AttachStdin: given !== undefined,
					AttachStdout: true,
					AttachStderr: true,
					...(user === undefined ? {} : { User: user }),
					abortSignal,
				}),
			signal,
		);
		const input = given === undefined ? undefined : noted(given);
		/** Why not all of the input was read; null where it was. */
		let unread: unknown = null;
		return {
			async *output() {
				try {
					const socket = await exec.start({
						hijack: true,
						stdin: input !== undefined,
						...(signal === undefined ? {} : { abortSignal: signal }),
					});
					const abort = () => socket.destroy();
					signal?.addEventListener('abort', abort, { once: true });
					try {
						const writing = input && pipeline(Readable.from(input.content), socket, { end: true });
						const written = writing?.catch((error: unknown) => {
							unread = error;
						});
						yield* framesOf(socket);
						await written;
					} finally {
						signal?.removeEventListener('abort', abort);
						socket.destroy();
					}
					signal?.throwIfAborted();
				} catch (error) {
					throw engineError(error, signal);
				}
				input?.check();
			},
			/** @throws EngineError where it ended well, but before it had all of its input */
			async exitCode() {
				const { ExitCode } = await call((abortSignal) => exec.inspect({ abortSignal }));
				if (ExitCode === 0 && unread !== null) throw engineError(unread, signal);
				return ExitCode ?? -1;
			},
		};
	};

	const filters = (labels: Labels) => ({
		label: Object.entries(labels).map(([name, value]) => (value === '' ? name : `${name}=${value}`)),
	});

	return {
		ping: async (signal) => {
			await call(() => docker.ping(), signal);
		},
		info: async (signal) => {
			const { Name, ServerVersion, NCPU, MemTotal } = infoSchema.parse(await call(() => docker.info(), signal));
			return { name: Name, version: ServerVersion, cpus: NCPU, memory_bytes: MemTotal };
		},
		async ensureImage(image, options) {
			if ((await ifThere(() => docker.getImage(image).inspect())) !== null) return;
			try {
				await pull(image, options);
			} catch (error) {
				if (options.signal.aborted) throw options.signal.reason;
				if (hasStatus(error, 404, 500)) {
					throw new EngineError('no_image', `The image ${image} is not there and cannot be had.`, {
						cause: error,
					});
				}
				throw engineError(error, options.signal);
			}
		},
		ensureNetwork: async (name, labels, { internal = false } = {}) => {
			// The Engine takes several networks of one name.
			if ((await ifThere(() => docker.getNetwork(name).inspect())) !== null) return;
			await unless([409], (abortSignal) =>
				docker.createNetwork({
					Name: name,
					CheckDuplicate: true,
					Internal: internal,
					Labels: { ...labels },
					abortSignal,
				}),
			);
		},
		removeNetwork: (name) => unless([404], () => docker.getNetwork(name).remove()),
		connect: (network, container, aliases = []) =>
			unless([403, 409], () =>
				docker.getNetwork(network).connect({ Container: container, EndpointConfig: { Aliases: [...aliases] } }),
			),
		disconnect: (network, container) =>
			unless([404, 403], () => docker.getNetwork(network).disconnect({ Container: container, Force: true })),
		ensureVolume: async (name, labels) => {
			await call((abortSignal) => docker.createVolume({ Name: name, Labels: { ...labels }, abortSignal }));
		},
		removeVolume: (name) => unless([404], (abortSignal) => docker.getVolume(name).remove({ abortSignal })),
		create: (spec) => unless([409], (abortSignal) => docker.createContainer({ ...creation(spec), abortSignal })),
		start: (name) => unless([304], (abortSignal) => docker.getContainer(name).start({ abortSignal })),
		stop: (name, seconds) =>
			unless([304, 404], (abortSignal) => docker.getContainer(name).stop({ t: seconds, abortSignal })),
		remove,
		inspect: details,
		containers: async (labels) => {
			const found = await call((abortSignal) =>
				docker.listContainers({ all: true, filters: filters(labels), abortSignal }),
			);
			return found.map(({ Id, Names, Labels, State }) => ({
				id: Id,
				name: (Names[0] ?? '').replace(/^\//, ''),
				labels: Labels,
				running: State === 'running',
				restarting: State === 'restarting',
			}));
		},
		networks: async (labels) =>
			(await call((abortSignal) => docker.listNetworks({ filters: filters(labels), abortSignal }))).map(
				({ Name, Labels }) => ({ name: Name, labels: Labels ?? {} }),
			),
		volumes: async (labels) =>
			(await call((abortSignal) => docker.listVolumes({ filters: filters(labels), abortSignal }))).Volumes.map(
				({ Name, Labels }) => ({ name: Name, labels: Labels }),
			),
		async exec(container, command, options = {}) {
			const kept: Record<Output['stream'], Buffer[]> = { stdout: [], stderr: [] };
			let bytes = 0;
			const program = await openProgram(container, command, options);
			for await (const { stream, bytes: piece } of program.output()) {
				bytes += piece.length;
				if (bytes <= MOST_OUTPUT) kept[stream].push(piece);
			}
			return {
				exit_code: await program.exitCode(),
				stdout: Buffer.concat(kept.stdout).toString(),
				stderr: Buffer.concat(kept.stderr).toString(),
			};
		},
		async *output(container, command, options = {}) {
			let said = '';
			const program = await openProgram(container, command, options);
			for await (const { stream, bytes } of program.output()) {
				if (stream === 'stdout') yield bytes;
				else said = (said + bytes.toString()).slice(-MOST_SAID);
			}
			const code = await program.exitCode();
			if (code !== 0) throw new ProgramError(code, said.trim());
		},
		async run(spec, { signal, onLine }) {
			await remove(spec.name);
			await call((abortSignal) => docker.createContainer({ ...creation(spec), abortSignal }), signal);
			const container = docker.getContainer(spec.name);
			try {
				const output = await container.attach({
					stream: true,
					stdout: true,
					stderr: true,
					abortSignal: signal,
				});
				await call((abortSignal) => container.start({ abortSignal }), signal);
				const lines = { stdout: createLines(onLine), stderr: createLines(onLine) };
				for await (const { stream, bytes } of framesOf(buffers(output))) lines[stream].add(bytes);
				lines.stdout.end();
				lines.stderr.end();
				// The output may also end because the Engine went away.
				const { StatusCode } = waitSchema.parse(await container.wait({ abortSignal: signal }));
				const ended = await details(spec.name);
				return { exit_code: StatusCode, out_of_memory: ended?.out_of_memory ?? false };
			} catch (error) {
				throw engineError(error, signal);
			} finally {
				await remove(spec.name);
			}
		},
		putArchive: async (container, directory, archive) => {
			try {
				const put = () =>
					docker.getContainer(container).putArchive(Readable.from(archive), { path: directory });
				await unlessAborted(put, AbortSignal.timeout(ARCHIVE_MS));
			} catch (error) {
				throw engineError(error, undefined);
			}
		},
		async *logs(container, { tail, since, follow = false, signal }) {
			const options = {
				stdout: true,
				stderr: true,
				...(tail === undefined ? {} : { tail }),
				...(since === undefined ? {} : { since: since.getTime() / 1_000 }),
				...(signal === undefined ? {} : { abortSignal: signal }),
			};
			const source = docker.getContainer(container);
			try {
				const pieces = follow
					? buffers(await source.logs({ ...options, follow: true }))
					: [await source.logs({ ...options, follow: false })];
				const found: string[] = [];
				const lines = {
					stdout: createLines((line) => found.push(line)),
					stderr: createLines((line) => found.push(line)),
				};
				for await (const { stream, bytes } of framesOf(Readable.from(pieces))) {
					lines[stream].add(bytes);
					yield* found.splice(0);
				}
				lines.stdout.end();
				lines.stderr.end();
				yield* found;
			} catch (error) {
				throw engineError(error, signal);
			}
		},
		use: async (container) => {
			const found = await ifThere(() =>
				docker.getContainer(container).stats({ stream: false, 'one-shot': true }),
			);
			if (found === null) return null;
			const { memory_stats, cpu_stats, pids_stats } = useSchema.parse(found);
			const { usage, limit, stats } = memory_stats;
			// Files that the kernel keeps in memory and can let go of, as `docker stats` leaves them out.
			const cached = stats.total_inactive_file ?? stats.inactive_file ?? 0;
			return {
				memory_bytes: Math.max(0, usage - cached),
				memory_limit_bytes: limit ?? null,
				cpu_ns: cpu_stats.cpu_usage.total_usage,
				processes: pids_stats.current,
			};
		},
	};
}

/** Passes input on, and keeps the failure with which it breaks off: it is told as it is. */
function noted(input: string | AsyncIterable<Uint8Array>) {
	let failure: { readonly reason: unknown } | null = null;
	async function* content() {
		try {
			if (typeof input === 'string') yield Buffer.from(input);
			else yield* input;
		} catch (reason) {
			failure = { reason };
			throw reason;
		}
	}
	return {
		content: content(),
		/** @throws what it broke off with */
		check() {
			if (failure !== null) throw failure.reason;
		},
	};
}

async function* buffers(stream: NodeJS.ReadableStream): AsyncGenerator<Uint8Array> {
	for await (const piece of stream) yield Buffer.from(piece);
}
