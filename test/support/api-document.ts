import supertest from 'supertest';
import { z } from 'zod';

const content = z.record(z.string(), z.object({ schema: z.looseObject({}) }));

const operationSchema = z.looseObject({
	operationId: z.string(),
	parameters: z.array(z.looseObject({ name: z.string(), in: z.string(), description: z.string() })),
	responses: z.record(z.string(), z.looseObject({ content: content.optional() })),
});

const documentSchema = z.looseObject({
	paths: z.record(z.string(), z.record(z.string(), operationSchema)),
	components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
	'x-error-codes': z.record(z.string(), z.object({ status: z.int(), meaning: z.string() })),
});

export type ServedDocument = z.output<typeof documentSchema>;

/** The OpenAPI document as a service serves it. */
export async function servedDocument(url: string): Promise<ServedDocument> {
	return documentSchema.parse((await supertest(url).get('/api/v1/openapi.json')).body);
}
