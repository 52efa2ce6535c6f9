import type { Condition, Item, Table } from '../../functions/store/table.ts'

/** The contract of `Table` in as few words as possible, to compare adapters with. */
export function memoryTable(now: () => number): Table {
  const items = new Map<string, Item>()
  const id = (pk: string, sk: string) => JSON.stringify([pk, sk])
  const live = (item: Item | undefined) =>
    item && (item.expires === undefined || item.expires * 1000 > now()) ? item : undefined

  function holds(condition: Condition | undefined, item: Item | undefined) {
    if (condition === undefined) return true
    if (condition === 'absent') return !item
    if (!item) return condition.orAbsent === true
    const found = item[condition.attribute]
    if (typeof found !== typeof condition.value) return false
    const order =
      typeof found === 'string'
        ? compare(found, condition.value as string)
        : (found as number) - (condition.value as number)
    return condition.is === '=' ? order === 0 : order < 0
  }

  return {
    get: async (pk, sk) => live(items.get(id(pk, sk))),
    async put(item, condition) {
      const held = holds(condition, live(items.get(id(item.pk, item.sk))))
      if (held) items.set(id(item.pk, item.sk), item)
      return held
    },
    async delete(pk, sk, condition) {
      const held = holds(condition, live(items.get(id(pk, sk))))
      if (held) items.delete(id(pk, sk))
      return held
    },
    async *query(pk, { from, to, reverse, limit } = {}) {
      const rows = [...items.values()]
        .filter((item) => item.pk === pk && live(item))
        .filter(({ sk }) => from === undefined || compare(sk, from) >= 0)
        .filter(({ sk }) => to === undefined || compare(sk, to) <= 0)
        .sort((a, b) => (reverse ? -1 : 1) * compare(a.sk, b.sk))
      yield* rows.slice(0, limit)
    },
    async batch(rows) {
      for (const item of rows) items.set(id(item.pk, item.sk), item)
    },
    async close() {},
  }
}

const compare = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
