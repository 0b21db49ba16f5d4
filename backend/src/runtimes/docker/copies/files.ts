import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';
import { SnapshotError } from '../../snapshot';
import type { DockerRelease } from '../model';
import { incomingOf, namesOf } from '../names';
import { odooSpec } from '../odoo';
import type { OpenSite } from '../parts';
import { DATA_DIRECTORY } from '../settings-files';

/** How long a carrier lives at most, in seconds: one that a crash left ends by itself. */
const CARRIER_SECONDS = 12 * 60 * 60;

/** The directory of a database's files, in the containers of Odoo. */
const filesOf = (database: string) => `${DATA_DIRECTORY}/filestore/${database}`;

/** Odoo may take away a file that is just about to be read, or write another: tar says so by 1. */
const PACK =
	'mkdir -p "$1" || exit 2; tar -C "$1" --exclude=./checklist -cf - .; code=$?; [ $code -le 1 ] || exit $code';

/** The files of an environment that serves, as a tar archive. They never change once they are there. */
export const packFiles = ({ engine, site, database }: OpenSite, serving: DockerRelease, signal: AbortSignal) =>
	engine.output(namesOf(site.id).web(serving.deployment_id), ['/bin/sh', '-c', PACK, 'pack', filesOf(database)], {
		user: 'odoo',
		signal,
	});

/** How much room an environment's files take, in bytes. */
export async function filesSize({ engine, site, database }: OpenSite, serving: DockerRelease, signal: AbortSignal) {
	const { stdout } = await engine.exec(
		namesOf(site.id).web(serving.deployment_id),
		['/bin/sh', '-c', '[ ! -d "$1" ] || du -sk "$1"', 'size', filesOf(database)],
		{ user: 'odoo', signal },
	);
	return Number.parseInt(stdout, 10) * 1_024 || 0;
}

/** Works on the files of an environment, whether its Odoo runs or not. */
export interface Carrier {
	/** How much room there is for files, in bytes. */
	freeSpace(): Promise<number>;
	/** Unpacks files for the database that is to come; of those named, if any are. */
	unpack(archive: AsyncIterable<Uint8Array>, named: ReadonlySet<string> | null): Promise<void>;
	/** Gives the present database's directory those files too. */
	merge(): Promise<void>;
	/** Once the other database has come: takes away the copy of an earlier one's, and second names. */
	clear(): Promise<void>;
	/** Takes away what was unpacked, for a database that does not come. */
	discard(): Promise<void>;
}

/** Has a container there for as long as the work takes, with the environment's volume of files. */
export async function withCarrier<T>(
	open: OpenSite,
	serving: DockerRelease,
	signal: AbortSignal,
	work: (carrier: Carrier) => Promise<T>,
): Promise<T> {
	const { engine, site, database } = open;
	const name = namesOf(site.id).carrier;
	const [own, incoming] = [filesOf(database), filesOf(incomingOf(database))];
	const run = async (program: string, input?: AsyncIterable<Uint8Array>) => {
		const { exit_code, stdout, stderr } = await engine.exec(
			name,
			['/bin/sh', '-ec', program, 'files', own, incoming],
			{ user: 'odoo', signal, ...(input === undefined ? {} : { input }) },
		);
		if (exit_code !== 0) throw new SnapshotError(`The files could not be carried: ${stderr.trim().slice(0, 500)}`);
		return stdout;
	};
	await engine.remove(name);
	await engine.create({
		...odooSpec(open, serving, 'job'),
		name,
		network: 'none',
		entrypoint: ['/bin/sleep', String(CARRIER_SECONDS)],
	});
	await engine.start(name);
	try {
		return await work({
			freeSpace: async () => roomIn(await run(`df -Pk ${DATA_DIRECTORY}`)),
			async unpack(archive, named) {
				const files = named === null ? archive : onlyNamed(archive, named);
				await run('rm -rf "$2"; mkdir -p "$2"; tar -C "$2" -xf - --no-same-owner; cat > /dev/null', files);
			},
			merge: async () => {
				// One of that name has that content: it is called after its hash.
				await run('mkdir -p "$1"; cp -aln "$2/." "$1/" || true');
			},
			clear: async () => {
				await run('rm -rf "$1__pre" "$2"');
			},
			discard: async () => {
				await run('rm -rf "$2"');
			},
		});
	} finally {
		// One that cannot be removed now is removed by upkeep.
		if (!signal.aborted) await engine.remove(name).catch(() => undefined);
	}
}

/** The fourth number that `df -Pk` tells of a file system, in bytes. */
export const roomIn = (said: string): number => Number(said.trim().split('\n').at(-1)?.split(/\s+/)[3]) * 1_024;

/** Those files of an archive that are named. */
async function* onlyNamed(archive: AsyncIterable<Uint8Array>, named: ReadonlySet<string>): AsyncGenerator<Uint8Array> {
	const kept = pack();
	const all = extract();
	const choose = async () => {
		const reading = pipeline(Readable.from(archive), all);
		reading.catch(() => undefined);
		for await (const entry of all) {
			const name = entry.header.name.replace(/^\.\//, '');
			if (entry.header.type === 'file' && named.has(name)) {
				await pipeline(entry, kept.entry({ ...entry.header, name }));
			} else entry.resume();
		}
		await reading;
		kept.finalize();
	};
	choose().catch((error: unknown) => kept.destroy(error instanceof Error ? error : new Error(String(error))));
	try {
		for await (const piece of kept) if (piece instanceof Uint8Array) yield piece;
	} finally {
		kept.destroy();
	}
}
