import type { SanitizingProfile } from '../sanitizing';
import type { Pseudonym } from './pseudonyms';

/** What is done to the values of a column. Addresses are taken out of whatever it leaves. */
export type Treatment =
	| { readonly kind: 'pseudonym'; readonly as: Pseudonym }
	/** A line of addresses with names: the addresses are left. */
	| { readonly kind: 'addresses' }
	/** Unset, or empty where it must be set; Odoo may want it set where PostgreSQL does not. */
	| { readonly kind: 'clear'; readonly required?: boolean }
	/** Unset, or random where it must be set. */
	| { readonly kind: 'renew' };

/** A column, as it is judged by its name. */
export interface NamedColumn {
	/** e.g. `res_partner` */
	readonly table: string;
	readonly name: string;
	/** Whether people write long texts in it: Odoo's types `html` and `text`. */
	readonly prose: boolean;
}

/** Tables whose rows are people or companies, or stand for them. */
const PERSONS =
	/^(res_(partner|company|users)|hr_(employee|candidate|applicant|version|contract)|resource_resource|mail_guest|mailing_contact|event_registration|website_visitor|survey_user_input|crm_lead)$/;
/** Those of them that are called as the person is. */
const NAMED_PERSONS =
	/^(res_(partner|company)|hr_(employee|candidate)|resource_resource|mail_guest|mailing_contact|event_registration|website_visitor)$/;
/** Tables that Odoo's modules fill and people set up: without their texts, it does not work. */
const TECHNICAL =
	/^(ir|base|bus|report|digest|web|theme|iap|onboarding|spreadsheet|auth|uom|res_(lang|country|currency|groups|config)|(mail|sms|website_mail)_template|mail_(alias|message_subtype|activity_type|gateway)|account_(tax|fiscal|payment_term|report|chart|reconcile)|website|website_(page|menu|rewrite|snippet))(_|$)/;
/** Columns of texts that programs read. */
const PROGRAMS =
	/(python|code|domain|formula|expression|condition|context|arch|css|_js|xml|config|defaults|definition|param|option|selection)/;

/** Columns of those names, in tables of those names; without, in all but those of Odoo itself. */
interface Rule {
	readonly columns: RegExp;
	readonly treatment: Treatment;
	readonly tables?: RegExp;
}

const CLEAR: Treatment = { kind: 'clear' };
const as = (pseudonym: Pseudonym): Treatment => ({ kind: 'pseudonym', as: pseudonym });

const CONTACTS: readonly Rule[] = [
	{ columns: /^(name|display_name|complete_name)$/, treatment: as('name'), tables: NAMED_PERSONS },
	{
		columns: /^(website|website_url|(linkedin|facebook|twitter|instagram).*)$/,
		treatment: as('website'),
		tables: PERSONS,
	},
	{ columns: /^signature$/, treatment: CLEAR, tables: PERSONS },
	{
		columns:
			/(^|_)(partner|customer|contact|client|employee|applicant|candidate|author|guest|visitor|attendee|vendor|supplier|recipient|holder|signer|company|owner|driver|spouse|spouse_complete|emergency_contact|partner_display|res|record|common|nick|first|last|middle|legal)_?name$/,
		treatment: as('name'),
	},
	{ columns: /^(signed_by|emergency_contact|invoice_source_display_name)$/, treatment: as('name') },
	{
		columns: /(^|_)(phone|mobile|fax|telephone|whatsapp_number|sms_number)(_|$)(?!.*(code|format|id)$)/,
		treatment: as('phone'),
	},
	{ columns: /^number$/, treatment: as('phone'), tables: /^(phone_blacklist|sms_sms)$/ },
	{ columns: /(^|_)street(2|_name|_number2?)?$|^(contact|partner)_address/, treatment: as('street') },
	{ columns: /(^|_)(zip|zipcode|zip_code|postal_code)$/, treatment: as('zip') },
	{
		columns: /(^|_)(email|email_from|email_to|email_cc|email_formatted|reply_to)$/,
		treatment: { kind: 'addresses' },
	},
	{ columns: /^(old|new)_value_(char|text)$/, treatment: CLEAR, tables: /^mail_tracking_value$/ },
];

const STRICT: readonly Rule[] = [
	{ columns: /(^|_)(acc_number|account_number|iban)$/, treatment: as('account') },
	{
		columns:
			/(^|_)(vat|ssn|ssnid|sinid|passport_id|identification_id|identification_number|national_id|tax_id|company_registry|siret|visa_no|permit_no|birthday|birthdate|birth_date|date_of_birth|place_of_birth|birthday_public_display_string|ip|ip_address|ip_origin|latitude|longitude|geo_latitude|geo_longitude|emergency_phone)$/,
		treatment: CLEAR,
	},
	{
		columns: /^(barcode|pin|study_field|study_school|marital|gender|sex)$/,
		treatment: CLEAR,
		tables: /^hr_/,
	},
	{
		columns:
			/^(subject|note|notes|comment|comments|description|body|message|feedback|reason|memo|summary|narration|content|preview|payment_ref|function|job_title|location|value_char_box|value_text_box)$/,
		treatment: CLEAR,
	},
	{
		columns: /^name$/,
		treatment: CLEAR,
		tables: /^(crm_lead|project_task|helpdesk_ticket|calendar_event|note_note)$/,
	},
	{ columns: /^index_content$/, treatment: CLEAR, tables: /^ir_attachment$/ },
];

const holds = ({ table, name }: NamedColumn, { columns, tables }: Rule) =>
	columns.test(name) && (tables?.test(table) ?? !/^ir_/.test(table));

/** What a profile does to a column; undefined: nothing but to its addresses. */
export function profileTreatment(profile: SanitizingProfile, column: NamedColumn): Treatment | undefined {
	if (profile === 'minimal') return undefined;
	if (profile === 'strict') {
		const strict = STRICT.find((rule) => holds(column, rule) && (rule.tables ?? !TECHNICAL.test(column.table)));
		if (strict) return strict.treatment;
	}
	const contacts = CONTACTS.find((rule) => holds(column, rule));
	if (contacts) return contacts.treatment;
	const written = column.prose && !TECHNICAL.test(column.table) && !PROGRAMS.test(column.name);
	return profile === 'strict' && written ? CLEAR : undefined;
}

const CREDENTIAL =
	/(passw|passwd|secret|(^|_)r?token$|_rtoken$|(access|refresh|auth|id|session|signup|public|account|push|fcm|api)_token|api_?key|access_key|private_key|secret_key|hmac_key|merchant_key|encryption_key|signature_key|license_key|pem_key|pkcs12|pfx|(^|_)credentials?(_|$)|session_identifier|(smtp|imap|pop|ftp|sftp|ssh|ldap|proxy|db)_?pass$|^webhook_url$|^oauth_uid$|^smtp_user$)/;
/** Tables in which whatever is called a key, or a user of another server, is a credential. */
const OTHER_SERVICES =
	/^(payment_provider|payment_acquirer|payment_token|iap_|delivery_|fetchmail_server|ir_mail_server|google_|microsoft_|auth_|sms_|whatsapp_|social_|pos_payment_method|account_online|mail_ice_server|certificate_|l10n_|sign_|cloud_storage|res_company_ldap|res_config_settings)/;
const KEY_OF_SERVICE = /(_key|^user|^username|^login|^provider_ref|^acquirer_ref)$/;
/** Columns of such names that hold none. */
const NO_CREDENTIAL = /(_expiration|_expiry|_date|_type|_id|_count|_method|_policy)$/;

/** Whether a column holds passwords, tokens, keys or the like, by its name. */
export const isCredential = ({ table, name }: NamedColumn): boolean =>
	!(table === 'ir_config_parameter' || NO_CREDENTIAL.test(name) || /^ir_model/.test(table)) &&
	(CREDENTIAL.test(name) || (OTHER_SERVICES.test(table) && KEY_OF_SERVICE.test(name)));

/** Tables of which every row is a credential, a session, or a message on its way to a browser. */
export const CREDENTIAL_TABLES: readonly string[] = [
	'res_users_apikeys',
	'res_users_apikeys_description',
	'res_users_identitycheck',
	'auth_totp_device',
	'auth_totp_wizard',
	'auth_totp_rate_limit_log',
	'auth_passkey_key',
	'auth_passkey_key_create',
	'res_device_log',
	'mail_push_device',
	'mail_push',
	'mail_partner_device',
	'mail_notification_web_push',
	'change_password_user',
	'change_password_own',
	'bus_bus',
	'google_calendar_credentials',
	'microsoft_calendar_credentials',
];

/** Settings that are credentials, by their names; those of the second expression only sound so. */
export const CREDENTIAL_SETTING =
	'(secret|token|passw|api_?key|private_?key|access_?key|credential|enterprise_code|webhook)';
export const NO_CREDENTIAL_SETTING =
	'^(auth_signup[.]reset_password|auth_password_policy[.].*|database[.](secret|uuid))$';
/** Settings that are made anew, each for itself. */
export const RENEWED_SETTINGS: readonly string[] = ['database.secret', 'database.uuid'];

/** The models whose pictures show people. */
export const PERSON_MODEL =
	'^(res[.](partner|users)|hr[.].*|mail[.]guest|discuss[.].*|event[.]registration|website[.]visitor|crm[.]lead)([.].*)?$';
