import { quoted } from './postgres';
import { hashedApiKey, hashedPassword, type SiteSecrets } from './secrets';

/** The administrator, whatever number or login he has. */
const ADMIN = `(SELECT res_id FROM ir_model_data WHERE module = 'base' AND name = 'user_admin')`;

/** Statements that give the administrator the platform's password. */
export const withPassword = async ({ admin_password }: SiteSecrets) =>
	`UPDATE res_users SET password = ${quoted(await hashedPassword(admin_password))} WHERE id = ${ADMIN};`;

/** Statements with which the administrator is one who can sign in, by the platform's password and as `admin`. */
export const withLogin = async (secrets: SiteSecrets) =>
	`UPDATE res_users SET login = 'admin-' || id WHERE login = 'admin' AND id <> ${ADMIN};
	UPDATE res_users SET login = 'admin', active = true WHERE id = ${ADMIN};
	${await withPassword(secrets)}`;

/** Statements that let the platform in as the administrator, by this key and no other of its own. */
export const withApiKey = async ({ api_key }: SiteSecrets) =>
	`DELETE FROM res_users_apikeys WHERE name = 'Odoo Platform' AND user_id = ${ADMIN};
	INSERT INTO res_users_apikeys (name, user_id, index, key)
	SELECT 'Odoo Platform', ${ADMIN}, ${quoted(api_key.slice(0, 8))}, ${quoted(await hashedApiKey(api_key))};`;
