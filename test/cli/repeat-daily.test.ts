import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Deployment } from '../../cli/open-deployment.ts'
import { nextDaily, repeatDaily } from '../../cli/repeat-daily.ts'

const HOUR = 3_600_000

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-11-19T22:00:00Z') }))
afterEach(() => void vi.useRealTimers())

test('once a day, a quarter past midnight of the reporting zone, whatever came of the day before', async () => {
  const times: string[] = []
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const deployment = { config: { timezone: 'Europe/Berlin' } as Deployment['config'], now: () => new Date() }
  expect(nextDaily(deployment).toISOString()).toBe('2026-11-19T23:15:00.000Z')
  repeatDaily(deployment, async () => {
    times.push(new Date().toISOString())
    if (times.length === 1) throw new Error('the disk is full')
  })
  await vi.advanceTimersByTimeAsync(48 * HOUR)
  expect(times).toEqual(['2026-11-19T23:15:00.000Z', '2026-11-20T23:15:00.000Z'])
  expect(nextDaily(deployment).toISOString()).toBe('2026-11-21T23:15:00.000Z')
  expect(told.mock.calls).toEqual([['tidemark: collecting failed: the disk is full\n']])
  told.mockRestore()
})
