/** Somebody did something: said by a source, or derived. */
export interface Action {
  source: string
  day: string
  channel: string
  kind: string
  count: number
  initiator: string | undefined
  actor: string | undefined
  person: string | undefined
  /** Whose post it concerns; the source where that makes no sense. */
  account: string
}

/** A row's columns, with who said it and the person it concerns. */
export type Row = Record<string, unknown> & {
  id: string
  source: string
  stream: string
  person: string | undefined
}

const COUNTERS = { likes: 'like', comments: 'comment', shares: 'share', saves: 'save', clicks: 'click' } as const

/** Changes of posts' counters, booked on the day of the later reading; of counters of single days, what they say. */
export function counterChanges(rows: readonly Row[], dayOf: (time: unknown) => string): Action[] {
  const actions: Action[] = []
  const accountOf = ({ source, account }: Row) => String(account ?? source)
  const hasCounter = (row: Row) => Object.keys(COUNTERS).some((name) => row[name] !== undefined)
  for (const basis of ['lifetime', 'day']) {
    const based = rows.filter((row) => (row.basis ?? 'lifetime') === basis && hasCounter(row))
    for (const mine of Map.groupBy(based, (row) => `${row.source} ${accountOf(row)}`).values()) {
      const days = [...new Set(mine.map(({ at }) => dayOf(at)))].sort()
      for (const [name, kind] of Object.entries(COUNTERS)) {
        const last = new Map<string, number>()
        for (const [i, day] of days.entries()) {
          const today = mine.filter((row) => dayOf(row.at) === day && row[name] !== undefined)
          for (const id of new Set(today.map(({ id }) => id))) {
            const newest = today
              .filter((row) => row.id === id)
              .sort((a, b) => (String(a.at) < String(b.at) ? 1 : -1))[0]!
            const value = Number(newest[name])
            const before = last.get(id)
            last.set(id, value)
            const published = newest.published === undefined ? undefined : dayOf(newest.published)
            const isNew = published !== undefined && published >= (days[i - 1] ?? day)
            const change = before !== undefined ? value - before : isNew ? value : 0
            const count = basis === 'day' ? value : change
            const { source, channel } = newest
            const parties = { initiator: undefined, actor: 'customer', person: undefined }
            actions.push({ source, day, channel: String(channel), kind, count, ...parties, account: accountOf(newest) })
          }
        }
      }
    }
  }
  return actions
}
