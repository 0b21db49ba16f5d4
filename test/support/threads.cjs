'use strict';

// Lets a thread that the tested code starts run TypeScript, as the code itself does under jest.
const path = require('node:path');
const threads = require('node:worker_threads');

const execArgv = ['-r', path.join(__dirname, 'ts-register.cjs')];
const { Worker } = threads;
if (!('ofTypeScript' in Worker)) {
	threads.Worker = class extends Worker {
		static ofTypeScript = true;

		constructor(file, options) {
			super(file, path.extname(String(file)) === '.ts' ? { ...options, execArgv } : options);
		}
	};
}
