import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { logEvents } from '../../backend/src/features/jobs/log-text';
import type { JobDocument } from '../../backend/src/features/jobs/service';
import { TextBody } from '../../backend/src/http/route';
import { sendText } from '../../backend/src/http/send-text';
import { createHangingRuntime, type DeployReplica, type DeployStage } from '../support/deploy-stage';
import { stageForEachTest } from '../support/deploy-tests';
import { type EventStream, openEventStream } from '../support/event-stream';
import { createFakeClock } from '../support/fake-clock';
import { until } from '../support/until';

let stage: DeployStage;
const servers: Server[] = [];
const streams: EventStream[] = [];

afterEach(() => {
	for (const stream of streams.splice(0)) stream.close();
	for (const server of servers.splice(0)) {
		server.closeAllConnections();
		server.close();
	}
});

// Closes after them what they read from.
stageForEachTest((opened) => (stage = opened));

/** Serves what is written of a job on a replica, and answers where. */
async function serve({ jobs }: DeployReplica, job: JobDocument) {
	const server = createServer((_request, response) => {
		const gone = new AbortController();
		response.once('close', () => gone.abort());
		const events = logEvents(jobs.follow(job, 0, gone.signal), stage.clock);
		void sendText(response, new TextBody('text/event-stream', events));
	});
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

async function open(url: string) {
	const stream = await openEventStream(url);
	streams.push(stream);
	return stream;
}

/** A deployment that has come as far as starting, three lines on, and where its log is. */
async function halfway() {
	const runtime = createHangingRuntime();
	const { replica, job } = await stage.underWay(runtime);
	return { runtime, job, url: await serve(replica, job) };
}

describe('the log of a deployment that runs, as events', () => {
	it('comes line by line while the job runs, at once in the process that runs it', async () => {
		const { url, runtime } = await halfway();
		const stream = await open(url);
		expect([await stream.next(), await stream.next(), await stream.next()]).toMatchObject([
			{ id: '1' },
			{ id: '2' },
			{ id: '3' },
		]);
		runtime.release();
		expect(await stream.rest()).toMatchObject([{ id: '4' }, { id: '5' }, { id: '6' }, { event: 'end' }]);
	});

	it('comes from another replica than the one that runs the job', async () => {
		const { job, runtime } = await halfway();
		const otherClock = createFakeClock();
		const stream = await open(await serve(stage.startReplica({ working: false, clock: otherClock }), job));
		for (const id of ['1', '2', '3']) expect(await stream.next()).toMatchObject({ id });
		runtime.release();
		await stage.ended(job._id);
		await until(() => otherClock.sleeping.length > 0);
		await otherClock.advance(2_000);
		expect(await stream.rest()).toMatchObject([{ id: '4' }, { id: '5' }, { id: '6' }, { event: 'end' }]);
	});

	it('shows that it lives while nothing is written', async () => {
		const { job } = await halfway();
		const replica = stage.startReplica({ working: false });
		const stream = await open(await serve(replica, job));
		for (const id of ['1', '2', '3']) expect(await stream.next()).toMatchObject({ id });
		const silence = stream.next();
		let heard = false;
		void silence.then(() => (heard = true));
		await until(async () => {
			await stage.clock.advance(1_000);
			return heard;
		});
		expect(await silence).toEqual({ comment: 'heartbeat' });
	});

	it('stops when the client leaves', async () => {
		const { job } = await halfway();
		const otherClock = createFakeClock();
		const stream = await open(await serve(stage.startReplica({ working: false, clock: otherClock }), job));
		await stream.next();
		await until(() => otherClock.sleeping.length > 0);
		stream.close();
		await until(async () => {
			await otherClock.advance(2_000);
			return otherClock.sleeping.length === 0;
		});
	});

	it('ends without "end" when the service stops, so that the client comes back', async () => {
		const { job } = await halfway();
		const replica = stage.startReplica({ working: false });
		const stream = await open(await serve(replica, job));
		await stream.next();
		replica.jobs.stopWaiting();
		expect(await stream.rest()).toMatchObject([{ id: '2' }, { id: '3' }]);
	});
});
