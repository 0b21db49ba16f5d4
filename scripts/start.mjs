// Starts the service: `npm start`.
import { createRequire } from 'node:module';
import { ensureBuilt, ensureInstalled } from './ready.mjs';

ensureInstalled();
await ensureBuilt();
createRequire(import.meta.url)('../backend/dist/main.js');
