import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { day, eachDay } from '../../functions/kit/day.ts'
import type { Snapshot, WindowValue } from '../../functions/store/rows.ts'
import { runCommands } from '../cli/in-one-process.ts'
import { hasPython, python } from './python.ts'
import { type Ended, jsonOf, runTidemark, SLOW } from './run-tidemark.ts'

const data = fileURLToPath(new URL('../../sandbox/demo/data', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'tidemark-demo-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Ten in the morning in New York: yesterday is the 19th there. */
const NOW = '2026-11-20T15:00:00Z'
const A_DAY_LATER = '2026-11-21T15:00:00Z'
const yesterday = day('2026-11-19')
const days = eachDay(day('2026-11-06'), yesterday)
const today = day('2026-11-20')

interface Started {
  readonly ok: boolean
  readonly streams: readonly { readonly source: string; readonly stream: string; readonly status: string }[]
  readonly compute: {
    readonly from: string
    readonly to: string
    readonly revisions: number
    readonly changed: readonly string[]
  }
}

const started: Ended[] = []
const ANOTHER_PROGRAM = `its numbers are those of another program${hasPython ? '' : ' (skipped: no python3)'}`
const before = new Map<string, Snapshot>()
const after = new Map<string, Snapshot>()

async function start(now: string): Promise<void> {
  const env = { TIDEMARK_HOME: home, TIDEMARK_NOW: now }
  started.push(await runTidemark(['start', '--once', '--days', '14', '--json'], env))
}

async function lookUp(into: Map<string, Snapshot>, dates: readonly string[], now: string): Promise<void> {
  const env = { TIDEMARK_HOME: home, TIDEMARK_NOW: now }
  const asked = await runCommands(
    dates.map((date) => ['snapshot', date, '--json']),
    env,
  )
  for (const { stdout } of asked) {
    const snapshot = JSON.parse(stdout) as Snapshot
    into.set(snapshot.date, snapshot)
  }
}

/** Every figure that the other program knows, after starts at those instants. */
async function compare(got: ReadonlyMap<string, Snapshot>, dates: readonly string[], starts: readonly string[]) {
  const { weeks } = JSON.parse(readFileSync(join(home, 'demo.json'), 'utf8')) as { weeks: number }
  const args = [data, String(weeks), days[0]!, starts.join(), ...dates]
  const expected = await python<Record<string, Record<string, Record<string, object>>>>('demo_oracle.py', ...args)
  for (const date of dates) {
    for (const [window, metrics] of Object.entries(expected[date]!)) {
      for (const [metric, value] of Object.entries(metrics)) {
        const one = got.get(date)!.metrics[metric]!.windows[window]!
        expect({ date, window, metric, ...one }).toMatchObject({ date, window, metric, ...value })
      }
    }
  }
}

beforeAll(async () => {
  await start(NOW)
  await lookUp(before, days, NOW)
  await start(NOW)
  await start(A_DAY_LATER)
  await lookUp(after, [...days, today], A_DAY_LATER)
}, SLOW)

describe('the demo, started for fourteen days', () => {
  test('ends well, with one JSON object on stdout and a word on what it is on stderr', () => {
    expect(started[0]).toMatchObject({ code: 0, stderr: expect.stringMatching(/^demo data: /) })
    const { ok, streams, compute } = jsonOf<Started>(started[0]!)
    expect(ok).toBe(true)
    const statuses = new Map(streams.map(({ source, stream, status }) => [`${source}.${stream}`, status]))
    expect([...statuses.values()].filter((status) => status !== 'ok' && status !== 'empty')).toEqual([])
    expect([statuses.get('hubspot.contacts'), statuses.get('shop.rows')]).toEqual(['ok', 'ok'])
    expect(compute).toMatchObject({ from: days[0], to: yesterday, revisions: 14 })
  })

  test("yesterday's snapshot has a customer interaction rate, with its parts", () => {
    const { timezone, metrics, sources } = before.get(yesterday)!
    expect(timezone).toBe('America/New_York')
    const { value, numerator, denominator, coverage } = metrics.customer_interaction_rate!.windows['28d']!
    expect(value).toBeCloseTo((100 * numerator!) / denominator!, 10)
    expect(numerator).toBe(metrics.interactions!.windows['28d']!.value)
    expect(denominator).toBe(metrics.customers!.windows['28d']!.value)
    expect(coverage).toBeGreaterThan(0)
    for (const id of ['hubspot', 'shop']) {
      expect(sources.find((source) => source.id === id)).toMatchObject({ status: 'ok', data_through: yesterday })
    }
  })

  test.skipIf(!hasPython)(ANOTHER_PROGRAM, () => compare(before, days, [NOW]))

  test('visits are counted once, though two tools count them', () => {
    const { windows } = before.get(yesterday)!.metrics.interactions!
    const { source, kind } = windows['1d']!.by!
    expect(source!.ga4!.value).toBeGreaterThan(kind!.visit!.value!)
    expect(kind!.visit!.value).toBeGreaterThan(500)
    expect(source).not.toHaveProperty('adobe-analytics')
    expect(before.get(yesterday)!.warnings).toContainEqual(
      expect.objectContaining({ code: 'not_counted', source: 'adobe-analytics' }),
    )
  })

  test('counters of posts begin with the first start, and vendors that take their time are late', () => {
    const { sources, warnings, finality } = before.get(yesterday)!
    const statuses = Object.fromEntries(sources.map(({ id, status }) => [id, status]))
    expect(statuses).toMatchObject({ linkedin: 'late', youtube: 'late', facebook: 'ok', instagram: 'ok', x: 'ok' })
    expect(finality).toBe('provisional')
    const baselines = warnings.filter(({ code }) => code === 'counter_baseline').map(({ source }) => source)
    expect(baselines.sort()).toEqual(['facebook', 'instagram', 'x'])
  })

  test('started again, it changes nothing', () => {
    expect(jsonOf<Started>(started[1]!)).toMatchObject({ ok: true, compute: { revisions: 0, changed: [] } })
    expect(started[1]!.code).toBe(0)
  })
})

describe('a day later', () => {
  test('there is one day more', () => {
    const { compute } = jsonOf<Started>(started[2]!)
    expect(compute).toMatchObject({ from: days[0], to: today })
    expect(compute.changed).toContain(today)
    expect(after.get(today)!.revision).toBe(1)
  })

  test.skipIf(!hasPython)(`${ANOTHER_PROGRAM}, and counters of posts have grown`, async () => {
    await compare(after, [...days, today], [NOW, A_DAY_LATER])
    const { by } = after.get(today)!.metrics.interactions!.windows['1d']!
    expect(by!.kind!.like!.value).toBeGreaterThan(100)
  })

  test('no final value is another, and what was open has at most settled', () => {
    const values = (snapshot: Snapshot) =>
      Object.entries(snapshot.metrics).flatMap(([metric, { windows }]) =>
        Object.entries(windows).map(([window, value]): [string, WindowValue] => [`${metric} ${window}`, value]),
      )
    let finals = 0
    for (const date of days) {
      const now = new Map(values(after.get(date)!))
      for (const [name, value] of values(before.get(date)!)) {
        if (value.finality === 'final') {
          finals++
          expect({ date, name, ...now.get(name)! }).toEqual({ date, name, ...value })
        } else if (/^(orders|revenue|customers|average|repeat)/.test(name)) {
          // What the shop and its CRM say of the past does not change; other vendors correct themselves.
          const { finality: _, ...same } = value
          expect({ date, name, ...now.get(name)! }).toMatchObject({ date, name, ...same })
        }
      }
      expect(after.get(date)!.revision - before.get(date)!.revision).toBeLessThanOrEqual(1)
    }
    expect(finals).toBeGreaterThan(400)
  })
})
