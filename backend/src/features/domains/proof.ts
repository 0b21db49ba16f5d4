import { resolveCname, resolveTxt } from 'node:dns/promises';
import type { EnvironmentDocument } from '../environments/service';

/** What the DNS says of names. */
export interface NameRecords {
	/** Where a name leads as another's alias; empty where it does not. */
	cname(name: string): Promise<readonly string[]>;
	/** The texts of a name; empty where it has none. */
	txt(name: string): Promise<readonly string[]>;
}

/** Names that are not there have no records, and neither have those whose servers do not answer. */
const orNone = <T>(asked: Promise<T[]>): Promise<T[]> => asked.catch(() => []);

/** The DNS as this machine asks it. */
export const systemNames: NameRecords = {
	cname: (name) => orNone(resolveCname(name)),
	txt: async (name) => (await orNone(resolveTxt(name))).map((pieces) => pieces.join('')),
};

/** The records that prove a domain, either of them: only who owns it can make them, and they name the environment. */
export const proofOf = (domain: string, { _id, primary_url }: Pick<EnvironmentDocument, '_id' | 'primary_url'>) => ({
	cname: { name: domain, value: new URL(primary_url).hostname },
	txt: { name: `_odoo-platform.${domain}`, value: _id },
});

/** Whether the domain's owner wants it to lead to that environment. */
export async function isProven(names: NameRecords, { cname, txt }: ReturnType<typeof proofOf>): Promise<boolean> {
	const [aliases, texts] = await Promise.all([names.cname(cname.name), names.txt(txt.name)]);
	const isSame = (name: string) => name.toLowerCase().replace(/\.$/, '') === cname.value;
	return aliases.some(isSame) || texts.some((text) => text.trim() === txt.value);
}
