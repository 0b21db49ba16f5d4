/** Where clients reach the service: as configured, or else where it turns out to listen. */
export interface Origin {
	/** Without a trailing slash; empty until it is known. */
	readonly url: string;
	/** Tells where the server listens; nothing changes where the address is configured. */
	readonly listensAt: (address: string) => void;
}

export function createOrigin(configured: string | undefined): Origin {
	let url = configured ?? '';
	return {
		get url() {
			return url;
		},
		listensAt: (address) => {
			url ||= address;
		},
	};
}
