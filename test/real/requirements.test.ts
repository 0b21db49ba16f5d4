import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DOCKER_HOST, notesAddon, openRealEnvironments, type RealEnvironments } from '../support/real-environments';

/** Containers take their time on a busy machine. */
const PATIENCE_MS = 600_000;

/** A package of Python, built, as pip takes it without asking anybody. */
const WHEEL = `
import sys, zipfile
name = 'acme_words-1.0'
with zipfile.ZipFile(sys.stdout.buffer, 'w') as wheel:
    wheel.writestr('acme_words.py', "GREETING = 'from a package'\\n")
    wheel.writestr(name + '.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: acme-words\\nVersion: 1.0\\n')
    wheel.writestr(name + '.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: hand\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(name + '.dist-info/RECORD', '')
`;
const wheel = () => execFileSync('python3', ['-c', WHEEL]);

/** An image of Odoo that has pip, as the public ones do: the one that is there, or one with it added. */
function imageWithPip(): string {
	const image = 'odoo:19.0';
	try {
		execFileSync('docker', ['run', '--rm', '--entrypoint', 'python3', image, '-m', 'pip', '--version'], {
			stdio: 'ignore',
		});
		return 'odoo:{version}';
	} catch {
		const added = 'RUN apt-get update && apt-get install -y --no-install-recommends python3-pip';
		const input = `FROM ${image}\nUSER root\n${added}\n`;
		execFileSync('docker', ['build', '-q', '-t', 'odoo-with-pip:19.0', '-'], { input, stdio: 'pipe' });
		return 'odoo-with-pip:{version}';
	}
}

(DOCKER_HOST === undefined ? describe.skip : describe)('a commit with a requirements.txt', () => {
	let real: RealEnvironments;
	let environment: Awaited<ReturnType<RealEnvironments['addEnvironment']>>;

	beforeAll(async () => {
		real = await openRealEnvironments(DOCKER_HOST ?? '', { settings: { ODOO_IMAGE: imageWithPip() } });
		real.repository.commit({
			...notesAddon('19.0.1.0.0', '    said = fields.Char(default=lambda self: acme_words.GREETING)\n'),
			'wheels/acme_words-1.0-py3-none-any.whl': wheel(),
			'requirements.txt': '# Ours\n./wheels/acme_words-1.0-py3-none-any.whl\n',
		});
		const file = 'acme_notes/__init__.py';
		real.repository.commit({ [file]: 'import acme_words\n\nfrom . import models\n' });
		const models = notesAddon('', '    said = fields.Char(default=lambda self: acme_words.GREETING)\n');
		real.repository.commit({ 'acme_notes/models.py': `import acme_words\n${models['acme_notes/models.py']}` });
		environment = await real.addEnvironment('words', { modules: ['acme_notes'] });
	}, PATIENCE_MS);

	afterAll(() => real.close(), PATIENCE_MS);

	const volumes = async () =>
		(await real.engine.volumes({ 'io.odoo-platform.environment': environment.id }))
			.map(({ name }) => name)
			.filter((name) => name.includes('-python-'));

	it(
		'has its packages beside those of the image',
		async () => {
			expect(await real.deploy(environment.id)).toMatchObject({ status: 'succeeded', error: null });
			const id = await real.call(environment.id, 'acme.note', 'create', [{ name: 'a' }]);
			const notes = await real.call(environment.id, 'acme.note', 'read', [[id].flat(), ['said']]);
			expect(notes).toMatchObject([{ said: 'from a package' }]);
			expect(await volumes()).toHaveLength(1);
		},
		PATIENCE_MS,
	);

	it(
		'is refused where a package cannot be had, with what pip says; the earlier release serves on',
		async () => {
			real.repository.commit({ 'requirements.txt': './wheels/no_such_package-1.0-py3-none-any.whl\n' });
			const deployment = await real.deploy(environment.id);
			expect(deployment).toMatchObject({ status: 'failed', error: { code: 'release_refused' } });
			expect(deployment.error?.message).toContain('no_such_package');
			expect(await real.visit(environment.primary_url)).toBe(200);
		},
		PATIENCE_MS,
	);
});
