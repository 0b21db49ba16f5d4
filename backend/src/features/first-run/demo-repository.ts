import { existsSync } from 'node:fs';
import { appendFile, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { git } from '../../git/git-command';

type Files = Readonly<Record<string, string>>;

const manifest = (
	name: string,
	version: string,
	summary: string,
	depends: readonly string[],
	data: readonly string[],
) => `{
    'name': '${name}',
    'version': '${version}',
    'summary': '${summary}',
    'author': 'Acme Ltd',
    'license': 'LGPL-3',
    'depends': [${depends.map((module) => `'${module}'`).join(', ')}],
    'data': [${data.map((file) => `'${file}'`).join(', ')}],
    'installable': True,
}
`;

const LOYALTY: Files = {
	'README.md': '# Acme add-ons\n\nTwo small Odoo add-ons. Change one, commit, deploy.\n',
	'acme_loyalty/__init__.py': 'from . import models\n',
	'acme_loyalty/__manifest__.py': manifest(
		'Acme Loyalty',
		'19.0.1.0.0',
		'Loyalty points on contacts',
		['contacts'],
		[],
	),
	'acme_loyalty/models/__init__.py': 'from . import res_partner\n',
	'acme_loyalty/models/res_partner.py': `from odoo import fields, models


class ResPartner(models.Model):
    _inherit = 'res.partner'

    loyalty_points = fields.Integer(default=0)
`,
};

const DELIVERY: Files = {
	'acme_delivery_note/__init__.py': 'from . import models\n',
	'acme_delivery_note/__manifest__.py': manifest(
		'Acme Delivery Note',
		'19.0.1.0.0',
		'A note for the carrier on sales orders',
		['sale'],
		[],
	),
	'acme_delivery_note/models/__init__.py': 'from . import sale_order\n',
	'acme_delivery_note/models/sale_order.py': `from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    delivery_note = fields.Text()
`,
};

const LOYALTY_VIEW: Files = {
	'acme_loyalty/__manifest__.py': manifest(
		'Acme Loyalty',
		'19.0.1.1.0',
		'Loyalty points on contacts',
		['contacts'],
		['views/res_partner_views.xml'],
	),
	'acme_loyalty/views/res_partner_views.xml': `<odoo>
    <record id="view_partner_form_loyalty" model="ir.ui.view">
        <field name="name">res.partner.form.loyalty</field>
        <field name="model">res.partner</field>
        <field name="inherit_id" ref="base.view_partner_form"/>
        <field name="arch" type="xml">
            <field name="category_id" position="after">
                <field name="loyalty_points"/>
            </field>
        </field>
    </record>
</odoo>
`,
};

const COMMITS: readonly (readonly [message: string, files: Files])[] = [
	['Add loyalty points to contacts', LOYALTY],
	['Add a delivery note to sales orders', DELIVERY],
	['Show loyalty points on the contact form', LOYALTY_VIEW],
];

/** Whoever commits there needs neither a name nor a signing key for it. */
const SETTINGS = '[user]\n\tname = Acme Developer\n\temail = developer@example.com\n[commit]\n\tgpgsign = false\n';

/** The commits as `git fast-import` reads them: to make each by `add` and `commit` starts git ten times. */
function* importStream() {
	const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
	for (const [message, files] of COMMITS) {
		yield `commit refs/heads/main\ncommitter Acme Developer <developer@example.com> now\n${data(`${message}\n`)}`;
		for (const [name, content] of Object.entries(files)) yield `M 100644 inline ${name}\n${data(content)}`;
	}
}

/**
 * Makes the demo project's repository, a real one with a work tree: branch `main`, two add-ons, three commits. One that
 * exists stays as it is; half of one is never seen, since it is made beside its place and moved there whole.
 */
export async function createDemoRepository(directory: string): Promise<void> {
	if (existsSync(directory)) return;
	const draft = `${directory}.making`;
	await rm(draft, { recursive: true, force: true });
	await mkdir(draft, { recursive: true });
	await git({ args: ['init', '--quiet', '--initial-branch=main', '--template=', draft] });
	await appendFile(path.join(draft, '.git', 'config'), SETTINGS);
	const input = [...importStream()].join('');
	await git({ args: ['-C', draft, 'fast-import', '--quiet', '--date-format=now'], input });
	await git({ args: ['-C', draft, 'reset', '--quiet', '--hard'] });
	await rename(draft, directory);
}
