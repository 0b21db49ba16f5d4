/** How Odoo writes search domains, days and Python's values: for whoever checks them before an Odoo does. */
export { DOMAIN_OPERATORS, DomainError, parseDomain } from './domain';
export { isDay, isMoment } from './moment';
export { pythonRepr, tupleRepr } from './python-repr';
