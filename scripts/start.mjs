// Starts the service: `npm start`.
import { createRequire } from 'node:module';
import { makeReady } from './ready.mjs';

if (await makeReady()) createRequire(import.meta.url)('../backend/dist/main.js');
