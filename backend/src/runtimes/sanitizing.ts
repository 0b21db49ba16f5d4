/** How much besides addresses and credentials is taken out of a copy; docs/privacy.md says exactly what. */
export const SANITIZING_PROFILES = ['minimal', 'contacts', 'strict'] as const;
export type SanitizingProfile = (typeof SANITIZING_PROFILES)[number];

/** Which attachments a copy keeps. */
export const KEPT_ATTACHMENTS = ['none', 'public', 'all'] as const;
export type KeptAttachments = (typeof KEPT_ATTACHMENTS)[number];

/** What is done to a field of an owner's own, in every record of a model. */
export interface SanitizingRule {
	/** e.g. `res.partner` */
	readonly model: string;
	readonly field: string;
	/** `clear`: it is unset, or empty where it must be set; `hash`: equal values stay equal, and nothing else is known of them. */
	readonly action: 'clear' | 'hash';
}

/** How a copy of data is made fit for people who may not see the original. */
export interface Sanitizing {
	/** Secret, and the same for all copies of an organization: equal addresses are equal in all of them. */
	readonly key: Buffer;
	readonly profile: SanitizingProfile;
	readonly attachments: KeptAttachments;
	readonly rules: readonly SanitizingRule[];
}

/** What was changed. */
export interface SanitizingReport {
	/** Those of which rows were changed or deleted, each once, by name. */
	readonly tables: readonly { readonly name: string; readonly changed: number; readonly deleted: number }[];
	/** How many attachments are left, with content. */
	readonly attachments_kept: number;
}

/** A copy could not be made fit, and is to be thrown away; the message says why, in words for its owner. */
export class SanitizingError extends Error {
	override readonly name = 'SanitizingError';
}
