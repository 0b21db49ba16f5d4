import { MAX_DOCUMENT_BYTES } from '../documents';
import { MAX_MESSAGE_BYTES } from '../wire';
import { type Command, command, ignored } from './command';

/** The version of MongoDB whose protocol is spoken: 7.0, wire version 21. */
const WIRE_VERSION = 21;
const VERSION = '7.0.0';

/** The greeting, whatever the driver tells of itself. No session time-out is named, so that drivers send no sessions and begin no transactions. */
const hello: Command = ({ clock }) => ({
	helloOk: true,
	isWritablePrimary: true,
	ismaster: true,
	maxBsonObjectSize: MAX_DOCUMENT_BYTES,
	maxMessageSizeBytes: MAX_MESSAGE_BYTES,
	maxWriteBatchSize: 100_000,
	localTime: clock.now(),
	minWireVersion: 0,
	maxWireVersion: WIRE_VERSION,
	readOnly: false,
	ok: 1,
});

/** Commands by which a client finds out whom it talks to. */
export const handshakeCommands = {
	hello,
	isMaster: hello,
	ismaster: hello,
	ping: command({ ping: ignored }, () => ({ ok: 1 })),
	endSessions: command({ endSessions: ignored }, () => ({ ok: 1 })),
	buildInfo: command({ buildInfo: ignored }, () => ({
		version: VERSION,
		versionArray: [7, 0, 0, 0],
		modules: [],
		bits: 64,
		maxBsonObjectSize: MAX_DOCUMENT_BYTES,
		ok: 1,
	})),
	connectionStatus: command({ connectionStatus: ignored, showPrivileges: ignored }, () => ({
		authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] },
		ok: 1,
	})),
};
