/** The question cannot be answered as it is; the message says why, and what would help. For people. */
export class NotUnderstood extends Error {
	override readonly name = 'NotUnderstood';
}
