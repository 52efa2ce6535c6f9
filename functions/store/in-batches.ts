/** Enough to hide a store's latency, few enough for its connections. */
const AT_ONCE = 16

/** Does something for every item, 16 at a time; rejects with the first failure. */
export async function inBatches<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < items.length; i += AT_ONCE) await Promise.all(items.slice(i, i + AT_ONCE).map(work))
}
