// Copies the data, or puts a copy in its place: `npm run backup`, `npm run restore`.
import { createRequire } from 'node:module';
import { makeReady } from './ready.mjs';

if (await makeReady()) createRequire(import.meta.url)('../backend/dist/maintain.js');
