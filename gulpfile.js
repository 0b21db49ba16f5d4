'use strict';

const { dest, src } = require('gulp');

/** Copies icons and codex files beside the compiled nodes; unencoded, since gulp 5 would spoil PNGs otherwise. */
function icons() {
	return src(['nodes/**/*.{svg,png,json}', 'credentials/**/*.{svg,png}', 'icons/**/*.{svg,png}'], {
		base: '.',
		encoding: false,
	}).pipe(dest('dist'));
}

module.exports = { icons };
