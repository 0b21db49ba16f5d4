import type { ContainerCreateOptions } from 'dockerode';

/** A container, as far as this service makes any. What is not said here is the same for all of them: see {@link creation}. */
export interface ContainerSpec {
	readonly name: string;
	readonly image: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly network: string;
	/** Further names on that network. */
	readonly aliases?: readonly string[];
	/** The program, in place of the image's own. */
	readonly entrypoint?: readonly string[];
	readonly command?: readonly string[];
	readonly user?: string;
	/** No secrets: whoever may ask the Engine reads them. */
	readonly environment?: Readonly<Record<string, string>>;
	readonly mounts: readonly { readonly volume: string; readonly at: string; readonly readOnly?: boolean }[];
	/** Directories in memory, and how many bytes each may hold. */
	readonly scratch: Readonly<Record<string, number>>;
	/** Capabilities that it keeps; all others are dropped. */
	readonly capabilities?: readonly string[];
	/** Whether its own file system can be written to. */
	readonly writable?: boolean;
	readonly restart: boolean;
	readonly memoryBytes: number;
	readonly cpus: number;
	readonly processes: number;
	readonly sharedMemoryBytes?: number;
	/** Ports of the server that lead to it. */
	readonly ports?: readonly { readonly server: number; readonly container: number }[];
}

/** What the Engine is told of it. */
export const creation = (spec: ContainerSpec): ContainerCreateOptions => ({
	name: spec.name,
	Image: spec.image,
	Labels: { ...spec.labels },
	...(spec.entrypoint === undefined ? {} : { Entrypoint: [...spec.entrypoint] }),
	...(spec.command === undefined ? {} : { Cmd: [...spec.command] }),
	...(spec.user === undefined ? {} : { User: spec.user }),
	Env: Object.entries(spec.environment ?? {}).map(([name, value]) => `${name}=${value}`),
	ExposedPorts: Object.fromEntries((spec.ports ?? []).map(({ container }) => [`${container}/tcp`, {}])),
	NetworkingConfig: { EndpointsConfig: { [spec.network]: { Aliases: [...(spec.aliases ?? [])] } } },
	HostConfig: {
		NetworkMode: spec.network,
		Mounts: spec.mounts.map(({ volume, at, readOnly = false }) => ({
			Type: 'volume' as const,
			Source: volume,
			Target: at,
			ReadOnly: readOnly,
		})),
		Tmpfs: Object.fromEntries(
			Object.entries(spec.scratch).map(([at, bytes]) => [at, `rw,nosuid,nodev,mode=1777,size=${bytes}`]),
		),
		CapDrop: ['ALL'],
		CapAdd: [...(spec.capabilities ?? [])],
		SecurityOpt: ['no-new-privileges'],
		ReadonlyRootfs: !(spec.writable ?? false),
		RestartPolicy: { Name: spec.restart ? 'unless-stopped' : 'no' },
		Init: true,
		Memory: spec.memoryBytes,
		NanoCpus: Math.round(spec.cpus * 1e9),
		PidsLimit: spec.processes,
		...(spec.sharedMemoryBytes === undefined ? {} : { ShmSize: spec.sharedMemoryBytes }),
		PortBindings: Object.fromEntries(
			(spec.ports ?? []).map(({ server, container }) => [`${container}/tcp`, [{ HostPort: String(server) }]]),
		),
		LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
	},
});
