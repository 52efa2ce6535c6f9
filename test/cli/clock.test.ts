import { expect, test } from 'vitest'
import { openClock } from '../../cli/clock.ts'

test('starts at TIDEMARK_NOW and never goes back', () => {
  const now = openClock({ TIDEMARK_NOW: '2026-11-20T05:00:00.5+01:00' })
  const first = now().getTime()
  expect(first).toBeGreaterThanOrEqual(Date.parse('2026-11-20T04:00:00.5Z'))
  expect(first).toBeLessThan(Date.parse('2026-11-20T04:05:00Z'))
  expect(now().getTime()).toBeGreaterThanOrEqual(first)
})

test("is the computer's clock without it", () => {
  const before = Date.now()
  expect(openClock({})().getTime()).toBeGreaterThanOrEqual(before)
})

test.each([
  'yesterday',
  '2026-11-20',
  '2026-11-20T04:00:00',
  '2026-02-30T04:00:00Z',
  '2026-11-20T25:00:00Z',
  '1763611200',
])("refuses '%s'", (text) => {
  expect(() => openClock({ TIDEMARK_NOW: text })).toThrow(
    expect.objectContaining({ code: 'invalid', message: expect.stringContaining(`TIDEMARK_NOW is '${text}'`) }),
  )
})
