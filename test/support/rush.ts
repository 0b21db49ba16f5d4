/** Sends so many times, `parallel` at a time: how many went in a second. */
export async function rush(send: () => Promise<void>, count: number, parallel: number): Promise<number> {
	let left = count;
	const start = performance.now();
	const client = async () => {
		while (left-- > 0) await send();
	};
	await Promise.all(Array.from({ length: parallel }, client));
	return (count * 1_000) / (performance.now() - start);
}
