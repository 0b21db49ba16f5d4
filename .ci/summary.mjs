// Reads jest's JSON results: `whole FILE` fails where a test was skipped, `total FILE…` prints the closing line.
import { readFileSync } from 'node:fs';

const [mode, ...files] = process.argv.slice(2);
const results = files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
const sum = (field) => results.reduce((total, result) => total + result[field], 0);

if (mode === 'whole') {
	const skipped = results.flatMap((result) =>
		result.testResults.flatMap((file) =>
			file.assertionResults.filter((test) => ['pending', 'todo'].includes(test.status)),
		),
	);
	for (const test of skipped) console.error(`skipped although its part is here: ${test.fullName}`);
	if (skipped.length > 0 || sum('numPassedTests') === 0) process.exit(1);
} else {
	console.log(
		`tests: ${sum('numPassedTests')} passed, ${sum('numFailedTests')} failed, ${sum('numPendingTests')} skipped`,
	);
}
