import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { askRules, connectTo, sandboxServer } from '../../../../test/support/planners';
import { use } from '../../../../test/support/use';

const odoo = use(() => connectTo(sandboxServer(19)));

const ask = (message: string) => askRules(odoo().client, message);

describe('a question that is not understood', () => {
	it.each<[question: string, said: string]>([
		['foo bar baz', 'I did not find out which records “foo bar baz” is about.'],
		['hello', 'I can answer questions such as'],
		['customers with purple hair', '“with purple hair”'],
		['purple customers', '“purple”'],
		['Purple customers', 'I found nothing called “Purple” in what customers have'],
		['low stock products', 'Say how low is low'],
		['customers and vendors', '“vendors”'],
		['orders that smell of roses', '“smell'],
		['invoices by moonlight', '“moonlight”'],
		['orders on 04/05/2026', 'Write days as 2026-04-30'],
		['sales by country', '“by country”'],
		['products with quality over 10', '“'],
		['products with weight_in_stones < 10', 'The products of this Odoo have no field weight_in_stones.'],
		['employees', 'They come with the app Employees, which is not installed'],
		['purchase orders over $1000', 'They come with the app Purchase'],
		['invoices from Nobody & Daughters', 'I found nothing called “Nobody & Daughters”'],
		['contacts in company "o"', 'More than 20 records (related company) fit “o”.'],
		['users over 100', 'I do not know which number of users is meant'],
		['total of countries', 'I do not know which number of countries is meant'],
		['mobile of Amelia Hart', 'The contacts of this Odoo have no field mobile.'],
		["Amelia Hart's mobile", 'The contacts of this Odoo have no field mobile.'],
		['lines of P00001', 'There are no order lines in this Odoo (model purchase.order.line).'],
		['how much do purple elephants owe us', 'I found nothing called “purple elephants”'],
		['users over 100 euros', 'I do not know which number of users is meant'],
		['products with stock over 100 euros', 'Quantity On Hand is no amount of money, so it is not in EUR.'],
		['products with payments', 'I do not see how payments belong to products here.'],
	])('is refused with what is amiss: %s', async (question, said) => {
		const { answer } = await ask(question);
		expect(answer).toEqual({ kind: 'not_understood', text: expect.stringContaining(said) });
	});

	it('names no example that this Odoo could not answer', async () => {
		const { answer } = await ask('hello');
		const examples = [...answer.text.matchAll(/“([^”]+)”/g)].flatMap(([, example]) => example ?? []).slice(1);
		expect(examples).toHaveLength(4);
		for (const example of examples) expect((await ask(example)).answer.kind).toBe('answered');
	});
});

describe('whatever is asked', () => {
	const WORDS =
		'show list how many total average top 5 10 $1000 1k customers orders invoices products sales stock contacts ' +
		'unpaid overdue confirmed draft won by per of in with without no not or and over under between more than less ' +
		'today yesterday last month this year since before 2026-01-01 March 2025 email name amount price due date ' +
		'country Germany Alder & Finch "Oak Desk" sorted newest first most the each named containing S00019 set create ' +
		'delete confirm to = < >= , ? qty_available partner_id res.partner is empty archived their who owe us';
	const word = fc.constantFrom(...WORDS.split(' '));
	const sentence = fc.array(word, { minLength: 1, maxLength: 9 }).map((words) => words.join(' '));
	const garbage = fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 60 }));

	const holds = async (message: string) => {
		odoo().calls.length = 0;
		const { answer } = await ask(message);
		expect(answer.text).not.toBe('');
		expect(odoo().writes()).toEqual([]);
	};

	it('gets an answer and writes nothing, be it garbage', async () => {
		await fc.assert(fc.asyncProperty(garbage, holds), { numRuns: 150 });
	});

	it('gets an answer and writes nothing, be it any words of the grammar', async () => {
		await fc.assert(fc.asyncProperty(sentence, holds), { numRuns: 300 });
	});

	it('leaves no word out that means something', async () => {
		const questions = ['confirmed sales orders today', 'outstanding invoices over $1000', 'customers in Germany'];
		const strange = fc.constantFrom('purple', 'zebra', 'quickly', 'unless', 'roughly', 'tomatoes');
		const place = fc.nat({ max: 20 });
		await fc.assert(
			fc.asyncProperty(fc.constantFrom(...questions), strange, place, async (question, added, at) => {
				const words = question.split(' ');
				words.splice(at % (words.length + 1), 0, added);
				const { answer } = await ask(words.join(' '));
				expect(answer.kind).toBe('not_understood');
			}),
			{ numRuns: 60 },
		);
	});
});
