/** The part of the library that is used; it brings no types. */
declare module 'fs-native-extensions' {
	/** Locks the whole file that is open there, for this process alone. Answers whether it was free. */
	export function tryLock(fd: number): boolean;
}
