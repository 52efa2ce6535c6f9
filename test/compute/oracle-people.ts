import { isPerson, type Link, type Person, personKeys } from '../../functions/kit/person.ts'

/**
 * Naive: groups are sets, merged one link at a time. `dropped` links come from records that are gone or say something
 * else by now; of those, phones count no more.
 */
export function peopleOf(current: readonly Link[], dropped: readonly Link[]): (key: string) => string {
  const links = [...current, ...dropped]
  const isPhone = ({ a_kind, b_kind }: Link) => a_kind === 'phone' || b_kind === 'phone'
  const emailsOf = (some: readonly Link[]) =>
    new Set(
      some.flatMap(({ a, a_kind, b, b_kind }) => [a_kind === 'email' ? [a] : [], b_kind === 'email' ? [b] : []].flat()),
    )
  const emails = emailsOf(links)
  const stated = emailsOf(current.filter((link) => !isPhone(link)))
  let groups = [...new Set(links.flatMap(({ a, b }) => [a, b]))].map((key) => new Set([key]))
  const merge = (a: string, b: string, unlessBothHold: ReadonlySet<string>) => {
    const [one, other] = [groups.find((group) => group.has(a))!, groups.find((group) => group.has(b))!]
    const has = (group: Set<string>) => [...group].some((key) => unlessBothHold.has(key))
    if (one === other || (has(one) && has(other))) return
    groups = [...groups.filter((group) => group !== one && group !== other), one.union(other)]
  }
  for (const { a, b } of current.filter((link) => !isPhone(link))) merge(a, b, new Set())
  const remembered = dropped.filter((link) => !isPhone(link)).map(({ a, b }) => [a, b].sort() as [string, string])
  for (const [a, b] of remembered.sort((x, y) => (x.join() < y.join() ? -1 : 1))) merge(a, b, stated)
  const byPhone = current
    .filter(isPhone)
    .map(({ a, b, b_kind }): [string, string] => (b_kind === 'phone' ? [b, a] : [a, b]))
  const inOrder = byPhone.sort(([p, a], [q, b]) => (p === q ? (a < b ? -1 : 1) : p < q ? -1 : 1))
  for (const [phone, other] of inOrder) merge(phone, other, emails)
  return (key) => [...(groups.find((group) => group.has(key)) ?? [key])].sort()[0]!
}

/** Key and links of every person a row mentions. */
export function keysOf(value: unknown, pepper: string, source: string): { key: string; links: Link[] } | null {
  return isPerson(value) ? personKeys(value as Person, pepper, source) : null
}
