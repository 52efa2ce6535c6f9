import fc from 'fast-check'
import { decodeTime } from 'ulid'
import { afterEach, expect, test, vi } from 'vitest'
import { appendLog, type LogEntry, nextUlid } from '../../functions/store/log.ts'
import { openMemoryStore } from './memory-store.ts'

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/
const clocks = fc.array(
  fc.oneof(fc.constant(1_700_000_000_000), fc.integer({ min: 1_690_000_000_000, max: 1_790_000_000_000 })),
  { minLength: 1, maxLength: 50 },
)

test('ids ascend whatever the clock does: stands still, jumps, goes back', () => {
  fc.assert(
    fc.property(clocks, (times) => {
      let last = ''
      let latest = 0
      for (const time of times) {
        const id = nextUlid(time, last)
        expect(id).toMatch(ULID)
        expect(id > last).toBe(true)
        latest = Math.max(latest, time)
        expect(decodeTime(id)).toBeGreaterThanOrEqual(time)
        expect(decodeTime(id)).toBeLessThanOrEqual(latest + 1)
        last = id
      }
    }),
  )
})

test.each([
  ['01ARZ3NDEKTSV4RRFFQ69G5FA0', '01ARZ3NDEKTSV4RRFFQ69G5FA1'],
  ['01ARZ3NDEKTSV4RRFFQ69G5FAZ', '01ARZ3NDEKTSV4RRFFQ69G5FB0'],
  ['01ARZ3NDEKZZZZZZZZZZZZZZZZ', '01ARZ3NDEM0000000000000000'],
])('after %s comes %s', (previous, next) => {
  expect(nextUlid(1, previous)).toBe(next)
})

const entry = { type: 'snapshots', at: '', range: {}, revisions: [] } as unknown as LogEntry

afterEach(() => {
  vi.useRealTimers()
})

test('entries sort by their keys in the order in which they were written, also when midnight comes twice', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { lake } = openMemoryStore()
  const written: string[] = []
  for (const now of [
    '2100-01-01T23:59:59.999Z',
    '2100-01-02T00:00:00Z',
    '2100-01-01T23:59:59.999Z',
    '2100-01-02T00:00:00Z',
  ]) {
    vi.setSystemTime(now)
    await appendLog(lake, { ...entry, at: String(written.length) })
    const keys = (await Array.fromAsync(lake.list('log/'))).map(({ key }) => key)
    expect(keys.slice(0, -1)).toEqual(written)
    written.push(keys.at(-1)!)
  }
  expect(written.map((key) => key.split('/')[1])).toEqual(['2100-01-01', '2100-01-02', '2100-01-02', '2100-01-02'])
})
