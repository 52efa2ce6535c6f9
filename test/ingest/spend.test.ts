import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { spendOf } from '../../functions/ingest/spend-of.ts'
import type { Wanted } from '../../functions/kit/spend.ts'
import { collectRows } from '../../functions/store/collect-rows.ts'
import { openSqlite } from '../../functions/store/sqlite.ts'
import type { Table } from '../../functions/store/table.ts'
import { memoryTable } from '../store/memory-table.ts'

const NOON = Date.parse('2026-11-20T12:00:00Z')

function open(table: Table = memoryTable(() => NOON), clock = () => NOON) {
  const quotas: unknown[] = []
  const spend = spendOf({ table }, 'shop', (quota) => quotas.push(quota), clock)
  return { spend, quotas, table }
}

/** A request of ten items at 10 each, of a budget of 1,000. */
const wanted = (more: Partial<Wanted> = {}): Wanted => ({
  purpose: 'posts',
  request: 'page 1',
  least: 10,
  most: 100,
  budget: 1_000,
  share: 1_000,
  currency: 'usd',
  ...more,
})

const items = (count: number, from = 0) => Array.from({ length: count }, (_, i) => ({ id: `p${from + i}`, price: 10 }))

/** What the account says is spent on the day, after asking for more than there is. */
async function spentOf(table: Table, clock = () => NOON) {
  const { today } = await open(table, clock).spend.reserve(wanted({ least: 5_000, most: 5_000, request: 'look' }))
  return today.by
}

describe('the account of what a source spends', () => {
  test('counts what was charged, each item once a day, and tells what is left', async () => {
    const { spend, quotas, table } = open()
    const first = await spend.reserve(wanted())
    expect(first).toMatchObject({ granted: 100, today: { by: { posts: 100 }, left: 900 } })
    expect(await first.settle(items(7))).toEqual({ by: { posts: 70 }, left: 930 })
    const second = await spend.reserve(wanted({ request: 'page 2', purpose: 'mentions', share: 60 }))
    // No more than the purpose's share.
    expect(second).toMatchObject({ granted: 60, today: { by: { posts: 70, mentions: 60 }, left: 0 } })
    expect((await second.settle(items(6, 4))).by).toEqual({ posts: 70, mentions: 30 })
    expect(quotas.at(-1)).toEqual({ spent_usd: 0.0001, left_usd: 0.0009 })
    expect(await spentOf(table)).toEqual({ posts: 70, mentions: 30 })
    const [row] = await collectRows(table, 'spend#shop')
    expect(row).toMatchObject({ sk: '2026-11-20', expires: Date.parse('2026-12-31T00:00:00Z') / 1_000 })
  })

  test('grants nothing where not even the least is left, and reserves nothing then', async () => {
    const { spend } = open()
    const all = await spend.reserve(wanted({ most: 995 }))
    await all.settle([{ id: 'a', price: 995 }])
    const refused = await spend.reserve(wanted({ request: 'page 2' }))
    expect(refused).toMatchObject({ granted: null, today: { by: { posts: 995 }, left: 5 } })
    expect(await spend.reserve(wanted({ request: 'page 3', least: 5 }))).toMatchObject({ granted: 5 })
  })

  test('what was charged today costs nothing, however little is left', async () => {
    const { spend } = open()
    const first = await spend.reserve(wanted({ items: ['user 1'], least: 1_000, most: 1_000 }))
    await first.settle([{ id: 'user 1', price: 1_000 }])
    const again = await spend.reserve(wanted({ items: ['user 1'], least: 1_000, most: 1_000 }))
    expect(again.granted).toBe(1_000)
    expect((await again.settle([{ id: 'user 1', price: 1_000 }])).by).toEqual({ posts: 1_000 })
    expect(await spend.reserve(wanted({ items: ['user 2'], least: 1_000, most: 1_000 }))).toMatchObject({
      granted: null,
    })
  })

  test('a process that dies after it reserved has spent it; the same request again takes its place', async () => {
    const { table, spend } = open()
    await spend.reserve(wanted())
    // Dead. Nobody knows whether ten items were charged.
    expect(await spentOf(table)).toEqual({ posts: 100 })
    const next = open(table)
    await next.spend.reserve(wanted({ request: 'page of another run' }))
    expect(await spentOf(table)).toEqual({ posts: 200 })
    const again = await next.spend.reserve(wanted())
    expect(again).toMatchObject({ granted: 100, today: { by: { posts: 200 } } })
    // Seven are there now, but the dead process may have read ten.
    expect((await again.settle(items(7))).by).toEqual({ posts: 200 })
  })

  test('around midnight, money counts on both days; the next day is fresh otherwise', async () => {
    let now = Date.parse('2026-11-20T23:54:00Z')
    const { spend, table } = open(undefined, () => now)
    await (await spend.reserve(wanted())).settle(items(3))
    now = Date.parse('2026-11-20T23:57:00Z')
    const late = await spend.reserve(wanted({ request: 'page 2' }))
    now = Date.parse('2026-11-21T00:00:10Z')
    await late.settle(items(5, 3))
    const day = (at: string) => spentOf(table, () => Date.parse(at))
    expect(await day('2026-11-20T12:00:00Z')).toEqual({ posts: 80 })
    expect(await day('2026-11-21T12:00:00Z')).toEqual({ posts: 50 })
    expect(await day('2026-11-22T12:00:00Z')).toEqual({})
  })

  test('two at once never spend the same rest, nor lose what the other spent', async () => {
    const home = await mkdtemp(join(tmpdir(), 'tidemark-spend-'))
    const table = openSqlite(join(home, 'table.sqlite'))
    onTestFinished(async () => {
      await table.close()
      await rm(home, { recursive: true })
    })
    const readers = Array.from({ length: 8 }, (_, n) => ({ ...open(table), request: `page ${n}` }))
    const reserved = await Promise.all(
      readers.map(({ spend, request }) => spend.reserve(wanted({ request, budget: 450 }))),
    )
    const granted = reserved.map(({ granted }) => granted)
    expect(granted.filter((one) => one === 100)).toHaveLength(4)
    expect(granted.filter((one) => one === 50)).toHaveLength(1)
    expect(granted.filter((one) => one === null)).toHaveLength(3)
    const paid = reserved.filter(({ granted }) => granted !== null)
    await Promise.all(paid.map(({ settle, granted }, n) => settle(items(granted! / 10, 100 * n))))
    expect(await spentOf(table)).toEqual({ posts: 450 })
  })

  test('if it cannot be written it is no permission to spend', async () => {
    const table = memoryTable(() => NOON)
    const { spend } = open({ ...table, put: async () => false })
    await expect(spend.reserve(wanted())).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('is never below what was charged and never above the budget, whoever dies when', async () => {
    const step = fc.record({
      page: fc.integer({ min: 0, max: 5 }),
      dies: fc.constantFrom('no', 'before it is sent', 'after it was charged'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.integer({ min: 20, max: 600 }), async (steps, budget) => {
        const { table } = open()
        const charged = new Set<string>()
        for (const { page, dies } of steps) {
          const { spend } = open(table)
          const { granted, settle } = await spend.reserve(wanted({ request: `page ${page}`, budget }))
          if (granted === null || dies === 'before it is sent') continue
          const read = items(Math.floor(granted / 10), page * 8)
          for (const { id } of read) charged.add(id)
          if (dies === 'no') await settle(read)
          const counted = (await spentOf(table)).posts ?? 0
          expect(counted).toBeGreaterThanOrEqual(charged.size * 10)
          expect(counted).toBeLessThanOrEqual(budget)
        }
      }),
      { numRuns: 60 },
    )
  })
})
