import { isIP } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { type Fetch, fetchThrough, OutboundRefusedError } from '../../net/outbound';
import type { RuntimeDefinition, RuntimeParts, RuntimeServer, RuntimeSite } from '../runtime';
import { proveSnapshot } from './copies/prove';
import { restoreSite } from './copies/restore';
import { snapshotSite } from './copies/snapshot';
import { applyRelease } from './releases/apply';
import { lossOf, rollBack } from './releases/rollback';
import { settle } from './releases/settle';
import { createIngress } from './ingress';
import { databaseNameOf, namesOf, placementOf } from './names';
import { openSecrets } from './secrets';
import { type DockerParts, openSite } from './parts';
import { removeSite } from './remove';
import { repairSite } from './repair';
import { startSite, stopSite } from './stop-start';
import { clearAway, lookAfter } from './upkeep';
import { logsOf, metricsOf } from './watch';
import { checkModules, NotReadyError, untilServing } from './readiness';

const LOGIN = 'admin';
/** How long the image of an ingress may take to come, in milliseconds. */
const IMAGE_MS = 15 * 60_000;
const CONNECT_MS = 10_000;
/** How long an environment may take to answer when it is asked how it is, in seconds. */
const HEALTH_SECONDS = 4;

/** Runs environments as containers of Odoo and PostgreSQL on servers with a Docker Engine. */
export const dockerRuntime: RuntimeDefinition = {
	description: 'a real Odoo with a PostgreSQL of its own, in containers on a server',
	placed: true,

	create: ({ dockerSites: sites, domainsOf, furtherSites, ...given }) => {
		const { servers, outbound, installation, images, secrets, clock, scratchDir } = given;
		const ingress = createIngress({
			installation,
			furtherSites,
			image: images.caddy,
			sitesOn: async (server_id) => {
				const found = await sites.everywhere.find({ server_id, traffic: { $ne: 'removed' } });
				const domains = await domainsOf(found.map(({ _id }) => _id));
				return found.map(({ _id, url, serving, traffic }) => ({
					key: namesOf(_id).network,
					url,
					domains: domains.get(_id) ?? [],
					upstream: serving !== null && traffic === 'open' ? namesOf(_id).web(serving.deployment_id) : null,
					has_workers: (serving?.workers ?? 0) > 0,
					network: namesOf(_id).network,
				}));
			},
			ensureImage: (engine, image) =>
				engine.ensureImage(image, { signal: AbortSignal.timeout(IMAGE_MS), log: () => Promise.resolve() }),
		});
		const parts: DockerParts = { sites, servers, ingress, installation, images, secrets, clock, scratchDir };

		const dialers = new Map<string, Fetch>();
		const fetchOn = ({ ingress: place, isOperators }: RuntimeServer): Fetch => {
			const key = JSON.stringify([place, isOperators]);
			const dialer = dialers.get(key) ?? fetchThrough(dialing(place, isOperators ? null : outbound));
			dialers.set(key, dialer);
			return dialer;
		};

		const storedOf = ({ organization_id, id }: RuntimeSite) => sites.findOne(organization_id, { _id: id });

		return {
			addressOf: (site) => placementOf(site).url,
			apply: (site, release, context) => applyRelease(parts, site, release, context),
			rollBack: (site, release, options, context) => rollBack(parts, site, release, options, context),
			lossOf: async (site, git_sha) => lossOf(parts, site, await storedOf(site), git_sha),
			async revert(site, before, context) {
				const open = await openSite(parts, site);
				await settle(open, context);
				return (await open.read()).serving?.git_sha === before.git_sha;
			},
			stop: (site, context) => stopSite(parts, site, context),
			start: (site, context) => startSite(parts, site, context),
			logs: (site, wanted) => logsOf(parts, site, wanted),
			metrics: (site, signal) => metricsOf(parts, site, signal),
			async checkHealth(site, signal) {
				const stored = await storedOf(site);
				if (stored === null || stored.serving === null) throw new NotReadyError('nothing was deployed yet');
				if (stored.traffic === 'stopped') throw new NotReadyError('it is stopped');
				const { engine, postgres, database } = await openSite(parts, site);
				const { deployment_id, workers } = stored.serving;
				const container = namesOf(site.id).web(deployment_id);
				await untilServing(engine, container, { seconds: HEALTH_SECONDS, workers, signal });
				await checkModules(postgres, database);
			},
			snapshot: (site, into, context) => snapshotSite(parts, site, into, context),
			restore: (site, from, how, context) => restoreSite(parts, site, from, how, context),
			prove: (site, from, how, context) => proveSnapshot(parts, site, from, how, context),
			async *plainSql(site, archive, signal) {
				const { postgres } = await openSite(parts, site);
				yield* postgres.plain(archive, signal);
			},
			remove: (site) => removeSite(parts, site),
			upkeep: {
				routeAnew: async (server_id) => ingress.follow(await servers.of(server_id)),
				lookAfter: (server_id, isAtWork) => lookAfter(parts, server_id, isAtWork),
				clearAway: (server_id, isAtWork) => clearAway(parts, server_id, isAtWork),
				repair: (site, context) => repairSite(parts, site, context),
			},
			async firstLogin(site) {
				const stored = await storedOf(site);
				if (stored === null || stored.serving === null) return null;
				return { login: LOGIN, password: openSecrets(secrets, stored).admin_password };
			},
			async access(site) {
				const placement = placementOf(site);
				const server = await servers.of(placement.server_id);
				const stored = await storedOf(site);
				return {
					url: placement.url,
					database: databaseNameOf(placement),
					login: LOGIN,
					// Before the first deploy there is nobody who could be asked for one.
					secret: stored === null ? '' : openSecrets(secrets, stored).api_key,
					fetch: fetchOn(server),
				};
			},
		};
	},
};

/**
 * Dials a server's ingress, whatever the names lead to: they may lead nowhere yet, or to people's own machine.
 * @param network what may be dialed; null: anything
 */
function dialing(
	{ host, http_port, https_port }: RuntimeServer['ingress'],
	network: RuntimeParts['outbound'] | null,
): Agent {
	const connect = buildConnector({
		timeout: CONNECT_MS,
		...(network === null ? {} : { lookup: network.lookup }),
	});
	return new Agent({
		connect: (options, callback) => {
			// Sockets ask no lookup about a host that is an address already.
			if (network !== null && isIP(host) !== 0 && !network.checkAddress(host)) {
				callback(new OutboundRefusedError(host), null);
				return;
			}
			const port = String(options.protocol === 'https:' ? https_port : http_port);
			connect({ ...options, hostname: host, host, port, servername: options.hostname }, callback);
		},
	});
}
