import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from './database';
import { type DeployStage, openDeployStage } from './deploy-stage';

/** Opens a stage before every test of the file or block, hands it over, and closes it afterwards. */
export function stageForEachTest(handOver: (stage: DeployStage) => void): void {
	let database: TestDatabase;
	let stage: DeployStage;

	beforeAll(async () => {
		database = await openTestDatabase();
	});

	afterAll(() => database.drop());

	beforeEach(async () => {
		stage = await openDeployStage(database);
		handOver(stage);
	});

	afterEach(() => stage.close());
}
