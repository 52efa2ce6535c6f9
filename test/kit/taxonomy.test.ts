import { expect, test } from 'vitest'
import { channels, classify, engagements, kinds, pillars } from '../../functions/kit/taxonomy.ts'

test('names are lower snake case and occur once', () => {
  for (const list of [channels, kinds, engagements, pillars]) {
    expect(new Set(list).size).toBe(list.length)
    for (const name of list) expect(name).toMatch(/^[a-z][a-z0-9_]{0,30}$/)
  }
  expect(channels).toHaveLength(13)
  expect(kinds).toHaveLength(30)
})

test('every kind on every channel has an engagement type and a pillar', () => {
  for (const channel of channels) {
    for (const kind of kinds) {
      const { engagement, pillar } = classify(channel, kind)
      expect(engagements).toContain(engagement)
      expect(pillars).toContain(pillar)
    }
  }
})

test('every engagement type and pillar occurs', () => {
  const all = kinds.map((kind) => classify('other', kind))
  expect(new Set(all.map(({ engagement }) => engagement))).toEqual(new Set(engagements))
  expect(new Set(all.map(({ pillar }) => pillar))).toEqual(new Set(pillars))
})

test('a channel may change what a kind means', () => {
  expect(classify('social', 'like')).toEqual({ engagement: 'emotional', pillar: 'brand' })
  expect(classify('community', 'like')).toEqual({ engagement: 'social', pillar: 'product' })
  expect(classify('email', 'reply')).toEqual({ engagement: 'social', pillar: 'agent' })
  expect(classify('community', 'reply')).toEqual({ engagement: 'social', pillar: 'product' })
})

test.each(['loyalty_scan', 'constructor', ''])("the added kind '%s' counts as contextual and touchpoint", (kind) => {
  expect(classify('in_person', kind)).toEqual({ engagement: 'contextual', pillar: 'touchpoint' })
})
