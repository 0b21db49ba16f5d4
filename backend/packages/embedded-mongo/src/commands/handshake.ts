import { MAX_DOCUMENT_BYTES } from '../documents';
import { MAX_MESSAGE_BYTES } from '../wire';
import { type Command, command, ignored } from './command';

/** The engine speaks the protocol of MongoDB 7.0, which is wire version 21. */
const WIRE_VERSION = 21;
const VERSION = '7.0.0';

/**
 * The reply to `hello`, whatever the client says. It has no session time-out, so that drivers use neither sessions nor
 * transactions.
 */
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

/** Commands by which a client learns which server it talks to. */
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
