import type { KeyKind, PersonKey } from '../kit/person.ts'

/** A pair of keys seen together. `current` is false where the record that said so has changed since. */
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
 * Current links join. A link that a record has dropped since still joins, unless another record now states that key
 * as its own: an address that was corrected away must not merge two people. Phones join last, in the order of their
 * keys, and never two groups that both have an e-mail: phones are shared.
 *
 * The result does not depend on the order of `links`.
 */
export function resolvePeople(links: readonly SeenLink[]): Map<PersonKey, PersonKey> {
  const groups = new Groups()
  const claimed = new Set<PersonKey>()
  const phones = new Map<PersonKey, Set<PersonKey>>()
  for (const { a, a_kind, b, b_kind, current } of links) {
    if (a_kind === 'email') groups.hasEmail(a)
    if (b_kind === 'email') groups.hasEmail(b)
    if (!current) continue
    if (a_kind === 'phone' || b_kind === 'phone') {
      const [phone, other] = b_kind === 'phone' ? [b, a] : [a, b]
      phones.set(phone, (phones.get(phone) ?? new Set()).add(other))
      continue
    }
    for (const [key, kind] of [[a, a_kind], [b, b_kind]] as const) if (kind === 'email') claimed.add(key)
    groups.join(a, b)
  }
  const dropped = links.filter(({ current, a_kind, b_kind }) => !current && a_kind !== 'phone' && b_kind !== 'phone')
  for (const { a, a_kind, b, b_kind } of dropped) {
    const stolen = (a_kind === 'email' && claimed.has(a)) || (b_kind === 'email' && claimed.has(b))
    if (!stolen || groups.same(a, b)) groups.join(a, b)
  }
  for (const phone of [...phones.keys()].sort()) {
    for (const other of [...phones.get(phone)!].sort()) groups.joinUnlessTwoEmails(phone, other)
  }
  return groups.people()
}

/** Disjoint sets of keys that know their smallest key and whether they hold an e-mail. */
class Groups {
  readonly #parent = new Map<PersonKey, PersonKey>()
  readonly #emails = new Set<PersonKey>()

  hasEmail(key: PersonKey): void {
    this.#emails.add(this.#root(key))
  }

  same(a: PersonKey, b: PersonKey): boolean {
    return this.#root(a) === this.#root(b)
  }

  join(a: PersonKey, b: PersonKey): void {
    const [small, large] = [this.#root(a), this.#root(b)].sort() as [PersonKey, PersonKey]
    if (small === large) return
    this.#parent.set(large, small)
    if (this.#emails.has(large)) this.#emails.add(small)
  }

  joinUnlessTwoEmails(a: PersonKey, b: PersonKey): void {
    if (!(this.#emails.has(this.#root(a)) && this.#emails.has(this.#root(b)))) this.join(a, b)
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
