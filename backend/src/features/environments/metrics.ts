import { z } from 'zod';

const amount = z.int().min(0).nullable();

export const metricsSchema = z
	.object({
		at: z.iso.datetime().describe('When it was looked at: during this very request'),
		memory_bytes: amount.describe('What its Odoo has in memory, without files that the system can let go of'),
		memory_limit_bytes: amount.describe('What its Odoo may have in memory; beyond it, it is ended'),
		cpu_percent: z
			.number()
			.min(0)
			.nullable()
			.describe('What its Odoo took of one core over the second before; 200 are two cores'),
		processes: amount.describe('Processes and threads of its Odoo'),
		database: z
			.object({
				memory_bytes: amount.describe('What its database server has in memory'),
				size_bytes: amount.describe('The size of its database, as PostgreSQL tells it'),
			})
			.describe('Its database, which has a server of its own'),
		disk_bytes: z
			.object({
				filestore: amount.describe("Odoo's attachments"),
				database: amount.describe(
					'All of its database server: with the copy from before the last update, while it is kept, and the ' +
						'write-ahead log',
				),
			})
			.describe('What it takes on the disk of its server'),
	})
	.describe('What an environment takes; null: its runtime does not know, or it does not run')
	.meta({
		id: 'EnvironmentMetrics',
		examples: [
			{
				at: '2026-05-07T15:02:44.091Z',
				memory_bytes: 312_475_648,
				memory_limit_bytes: 1_073_741_824,
				cpu_percent: 3.4,
				processes: 9,
				database: { memory_bytes: 61_865_984, size_bytes: 31_457_280 },
				disk_bytes: { filestore: 4_194_304, database: 104_857_600 },
			},
		],
	});
