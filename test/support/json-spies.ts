import { jest } from '@jest/globals';

/** Import them before the code that is watched: it may keep the functions when it is loaded. */
export const parse = jest.spyOn(JSON, 'parse');
export const stringify = jest.spyOn(JSON, 'stringify');
