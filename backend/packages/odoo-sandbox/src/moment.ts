const DAY = /^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const TIME = /^ ([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/;

/** Whether it is a day of the calendar as Odoo writes it: `YYYY-MM-DD`, from the year 1 on. */
export const isDay = (text: string): boolean =>
	DAY.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);

/** Whether it is a day and a time as Odoo writes them: `YYYY-MM-DD HH:MM:SS` (UTC). */
export const isMoment = (text: string): boolean => isDay(text.slice(0, 10)) && TIME.test(text.slice(10));
