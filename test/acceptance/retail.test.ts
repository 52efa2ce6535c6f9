import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { day, eachDay } from '../../functions/kit/day.ts'
import type { Snapshot } from '../../functions/store/rows.ts'
import { runCommands } from '../cli/in-one-process.ts'
import { hasPython, python } from './python.ts'
import { jsonOf, runTidemark, SLOW } from './run-tidemark.ts'

const ledger = fileURLToPath(
  new URL('../../../shared/data/online_retail_2010-12_2011-02/online_retail.csv.gz', import.meta.url),
)
const reason = existsSync(ledger) ? (hasPython ? '' : 'python3 is not there') : 'the ledger is not beside the checkout'

interface Ratio {
  readonly value: number | null
  readonly numerator: number | null
  readonly denominator: number | null
}

/** What test/retail/oracle.py prints for a day and a window. */
interface Expected {
  readonly orders: number
  readonly revenue: number
  readonly average_order_value: Ratio
  readonly repeat_purchase_rate: Ratio
}

const FROM = day('2010-12-01')
const TO = day('2011-02-28')
const dates = eachDay(FROM, TO)
const windows = ['1d', '7d', '28d', 'all'] as const

describe.skipIf(reason !== '')(`three months of a real ledger${reason && ` (skipped: ${reason})`}`, () => {
  const home = mkdtempSync(join(tmpdir(), 'tidemark-retail-'))
  const env = {
    TIDEMARK_CONFIG: 'test/retail/retail.config.ts',
    TIDEMARK_HOME: home,
    TIDEMARK_NOW: '2011-03-01T12:00:00Z',
  }
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  let expected: Record<string, Record<(typeof windows)[number], Expected>>
  const snapshots = new Map<string, Snapshot>()
  let collected: { ok: boolean; streams: object[]; compute: object }
  beforeAll(async () => {
    const oracle = python<typeof expected>('../retail/oracle.py', ledger, ...dates)
    const ended = await runTidemark(['collect', '--from', FROM, '--to', TO, '--json'], env)
    expect(ended.code).toBe(0)
    collected = jsonOf(ended)
    const asked = await runCommands(
      dates.map((date) => ['snapshot', date, '--json']),
      env,
    )
    for (const { stdout } of asked) {
      const snapshot = JSON.parse(stdout) as Snapshot
      snapshots.set(snapshot.date, snapshot)
    }
    expected = await oracle
  }, SLOW)

  test('every line is read, and those that count become facts', () => {
    expect(collected).toMatchObject({
      ok: true,
      streams: [{ source: 'shop', status: 'ok', days: 90, records: 105_335, facts: 104_754, quarantined: 0 }],
      compute: { status: 'done', computed: 90, revisions: 90, from: FROM, to: TO },
    })
  })

  test('orders, revenue, average order value and repeat purchase rate are those of another program', () => {
    expect(snapshots.size).toBe(90)
    const got = (date: string, window: (typeof windows)[number]) => {
      const value = (metric: string) => snapshots.get(date)!.metrics[metric]!.windows[window]!
      const ratio = (metric: string) => {
        const { value: quotient, numerator, denominator } = value(metric)
        return { value: quotient, numerator, denominator }
      }
      return {
        orders: value('orders').value,
        revenue: value('revenue').value,
        average_order_value: ratio('average_order_value'),
        repeat_purchase_rate: ratio('repeat_purchase_rate'),
      }
    }
    for (const date of dates) {
      for (const window of windows) {
        const { orders, revenue, average_order_value, repeat_purchase_rate } = expected[date]![window]
        const same = { orders, revenue, average_order_value, repeat_purchase_rate }
        expect({ date, window, ...got(date, window) }).toEqual({ date, window, ...same })
      }
    }
  })

  test('the whole ledger adds up to its control totals', () => {
    const { metrics, finality, sources } = snapshots.get(TO)!
    expect(finality).toBe('final')
    expect(metrics.revenue!.windows.all).toMatchObject({ value: 189_439_474, finality: 'final', coverage: 1 })
    expect(metrics.orders!.windows.all!.value).toBe(3_745)
    expect(sources).toMatchObject([{ id: 'shop', status: 'ok', data_through: TO }])
  })

  test('a snapshot is the same from a process of its own, to the byte', { timeout: SLOW }, async () => {
    const asked = await Promise.all(['2010-12-24', TO].map((date) => runTidemark(['snapshot', date, '--json'], env)))
    for (const ended of asked) {
      const snapshot = jsonOf<Snapshot>(ended)
      expect(ended).toMatchObject({ code: 0, stderr: '', stdout: `${JSON.stringify(snapshots.get(snapshot.date))}\n` })
    }
  })
})
