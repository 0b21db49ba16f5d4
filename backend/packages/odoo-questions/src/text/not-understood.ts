/** The question cannot be answered as it is. The message is for the person who asked: why, and what would help. */
export class NotUnderstood extends Error {
	override readonly name = 'NotUnderstood';
}
