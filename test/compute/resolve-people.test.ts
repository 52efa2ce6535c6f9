import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolvePeople, type SeenLink } from '../../functions/compute/resolve-people.ts'
import { peopleOf } from './oracle-people.ts'

const kindOf = (key: string) => (key.startsWith('e') ? 'email' : key.startsWith('p') ? 'phone' : 'id')

const link = (a: string, b: string, current = true): SeenLink => ({
  a,
  a_kind: kindOf(a),
  b,
  b_kind: kindOf(b),
  current,
})

const key = fc
  .tuple(fc.constantFrom('a', 'e', 'e', 'p', 'z'), fc.integer({ min: 0, max: 5 }))
  .map(([kind, n]) => `${kind}${n}`)
const anyLink = fc
  .tuple(key, key, fc.boolean())
  .filter(([a, b]) => a !== b)
  .map(([a, b, current]) => link(a, b, current))
const links = fc.array(anyLink, { maxLength: 25 })

const groups = (found: ReadonlyMap<string, string>) => [...found].sort()

test('the order of links does not matter, nor do repetitions', () => {
  fc.assert(
    fc.property(
      links.chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
      ),
      ([all, shuffled]) => {
        expect(groups(resolvePeople(shuffled))).toEqual(groups(resolvePeople(all)))
      },
    ),
    { numRuns: 2_000 },
  )
})

test('a person is the smallest key of its group, and groups are those that merging sets finds', () => {
  fc.assert(
    fc.property(links, (all) => {
      const found = resolvePeople(all)
      const expected = peopleOf(
        all.filter(({ current }) => current),
        all.filter(({ current }) => !current),
      )
      for (const one of new Set(all.flatMap(({ a, b }) => [a, b]))) expect(found.get(one) ?? one).toBe(expected(one))
    }),
    { numRuns: 2_000 },
  )
})

test('phones never join two groups that hold an address', () => {
  fc.assert(
    fc.property(links, (all) => {
      const phones = all.filter(({ a_kind, b_kind }) => a_kind === 'phone' || b_kind === 'phone')
      const without = resolvePeople(all.filter((one) => !phones.includes(one)))
      const found = resolvePeople(all)
      const emails = [...new Set(all.flatMap(({ a, b }) => [a, b]))].filter((one) => kindOf(one) === 'email')
      const of = (people: ReadonlyMap<string, string>, one: string) => people.get(one) ?? one
      for (const a of emails) {
        for (const b of emails) if (of(without, a) !== of(without, b)) expect(of(found, a)).not.toBe(of(found, b))
      }
    }),
    { numRuns: 2_000 },
  )
})

test('a dropped address stays its person, unless somebody else states it', () => {
  // Record x had e1, has e2 now.
  expect(groups(resolvePeople([link('e2', 'x'), link('e1', 'x', false)]))).toEqual([
    ['e2', 'e1'],
    ['x', 'e1'],
  ])
  // Record y states e1 as its own.
  const stolen = resolvePeople([link('e2', 'x'), link('e1', 'x', false), link('e1', 'y')])
  expect(groups(stolen)).toEqual([
    ['x', 'e2'],
    ['y', 'e1'],
  ])
  // A record that is gone states nothing: its id still is whoever has its address.
  expect(groups(resolvePeople([link('e1', 'x', false), link('e1', 'y')]))).toEqual([
    ['x', 'e1'],
    ['y', 'e1'],
  ])
})
