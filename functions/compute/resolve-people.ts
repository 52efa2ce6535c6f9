import type { KeyKind, PersonKey } from '../kit/person.ts'

/** A pair of keys seen together. `current` is false where the record that said so has changed since, or is gone. */
export interface SeenLink {
  readonly a: PersonKey
  readonly a_kind: KeyKind
  readonly b: PersonKey
  readonly b_kind: KeyKind
  readonly current: boolean
}

/**
 * The person behind every key that is not its own person's name: the smallest key of the connected group.
 *
 * Current links join. A link that a record has dropped since still joins, in the order of its keys, but never two
 * groups that both have an e-mail of a current link: an address that was corrected away must not merge two people.
 * Phones join last, in the order of their keys, and never two groups that both have an e-mail: phones are shared.
 *
 * The result does not depend on the order of `links`.
 */
export function resolvePeople(links: readonly SeenLink[]): Map<PersonKey, PersonKey> {
  const groups = new Groups()
  const phones = new Map<PersonKey, Set<PersonKey>>()
  for (const { a, a_kind, b, b_kind, current } of links) {
    if (a_kind === 'email') groups.mark('email', a)
    if (b_kind === 'email') groups.mark('email', b)
    if (!current) continue
    if (a_kind === 'phone' || b_kind === 'phone') {
      const [phone, other] = b_kind === 'phone' ? [b, a] : [a, b]
      phones.set(phone, (phones.get(phone) ?? new Set()).add(other))
      continue
    }
    if (a_kind === 'email') groups.mark('stated', a)
    if (b_kind === 'email') groups.mark('stated', b)
    groups.join(a, b)
  }
  const dropped = links.filter(({ current, a_kind, b_kind }) => !current && a_kind !== 'phone' && b_kind !== 'phone')
  const inOrder = dropped.map(({ a, b }) => (a < b ? { a, b } : { a: b, b: a })).sort(byKeys)
  for (const { a, b } of inOrder) groups.joinUnlessBoth('stated', a, b)
  for (const phone of [...phones.keys()].sort()) {
    for (const other of [...phones.get(phone)!].sort()) groups.joinUnlessBoth('email', phone, other)
  }
  return groups.people()
}

const byKeys = (x: { a: PersonKey; b: PersonKey }, y: { a: PersonKey; b: PersonKey }) =>
  `${x.a} ${x.b}` < `${y.a} ${y.b}` ? -1 : 1

/** `email`: the group holds one. `stated`: a current link says so. */
type Mark = 'email' | 'stated'

/** Disjoint sets of keys that know their smallest key and their marks. */
class Groups {
  readonly #parent = new Map<PersonKey, PersonKey>()
  readonly #marked: Readonly<Record<Mark, Set<PersonKey>>> = { email: new Set(), stated: new Set() }

  mark(mark: Mark, key: PersonKey): void {
    this.#marked[mark].add(this.#root(key))
  }

  join(a: PersonKey, b: PersonKey): void {
    const [small, large] = [this.#root(a), this.#root(b)].sort() as [PersonKey, PersonKey]
    if (small === large) return
    this.#parent.set(large, small)
    for (const marked of Object.values(this.#marked)) if (marked.has(large)) marked.add(small)
  }

  joinUnlessBoth(mark: Mark, a: PersonKey, b: PersonKey): void {
    const marked = this.#marked[mark]
    if (!(marked.has(this.#root(a)) && marked.has(this.#root(b)))) this.join(a, b)
  }

  people(): Map<PersonKey, PersonKey> {
    const found = new Map<PersonKey, PersonKey>()
    for (const key of this.#parent.keys()) {
      const root = this.#root(key)
      if (root !== key) found.set(key, root)
    }
    return found
  }

  #root(key: PersonKey): PersonKey {
    let root = key
    for (let up = this.#parent.get(root); up !== undefined && up !== root; up = this.#parent.get(root)) root = up
    for (let at = key; at !== root; ) {
      const up = this.#parent.get(at)!
      this.#parent.set(at, root)
      at = up
    }
    if (!this.#parent.has(root)) this.#parent.set(root, root)
    return root
  }
}
