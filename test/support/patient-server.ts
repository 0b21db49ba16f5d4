import { createServer, type RequestListener, type Server } from 'node:http';

/**
 * An HTTP server that keeps idle connections. Node.js closes them after five seconds, which on a loaded machine may be just
 * when the next request goes out.
 */
export const createPatientServer = (listener: RequestListener): Server =>
	createServer({ keepAliveTimeout: 0 }, listener);
