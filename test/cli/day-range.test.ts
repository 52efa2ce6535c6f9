import { describe, expect, test } from 'vitest'
import { dayRange, trailingDays } from '../../cli/day-range.ts'
import type { Deployment } from '../../cli/open-deployment.ts'
import { wholeNumber } from '../../cli/whole-number.ts'

/** 00:30 on the 20th in Berlin, still the 19th in UTC. */
const berlin = {
  config: { timezone: 'Europe/Berlin' } as Deployment['config'],
  now: () => new Date('2026-11-19T23:30:00Z'),
}

test('yesterday is a day of the reporting zone', () => {
  expect(dayRange(berlin, { from: '2026-11-19' })).toEqual({ from: '2026-11-19', to: '2026-11-19' })
  expect(trailingDays(berlin, 1)).toEqual({ from: '2026-11-19', to: '2026-11-19' })
  expect(trailingDays(berlin, 60)).toEqual({ from: '2026-09-21', to: '2026-11-19' })
})

test('no dates are no range', () => {
  expect(dayRange(berlin, {})).toBeNull()
})

describe('refuses', () => {
  test.each([
    [{ from: '2026-02-30' }, "--from: '2026-02-30' is no day"],
    [{ from: '' }, "--from: '' is no day"],
    [{ from: '2026-11-01', to: '1.11.2026' }, "--to: '1.11.2026' is no day"],
    [{ to: '2026-11-01' }, '--to needs --from'],
    [{ from: '2026-11-10', to: '2026-11-09' }, '--from 2026-11-10 is after --to 2026-11-09'],
    [{ from: '2026-11-20' }, '--from 2026-11-20 is not over yet in Europe/Berlin; the last day that is: 2026-11-19'],
    [{ from: '2026-11-01', to: '2027-01-01' }, '--to 2027-01-01 is not over yet'],
  ])('%j', (given, message) => {
    expect(() => dayRange(berlin, given)).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringContaining(message) }),
    )
  })

  test.each(['', '-1', '0', '61', '1e1', '0x10', '1.5', 'ten'])("'%s' as a whole number from 1 to 60", (text) => {
    expect(() => wholeNumber('--days', text, 1, 60)).toThrow(
      `--days is '${text}'; expected a whole number from 1 to 60`,
    )
  })

  test('nothing within the bounds', () => {
    expect([wholeNumber('--days', '1', 1, 60), wholeNumber('--days', '60', 1, 60)]).toEqual([1, 60])
  })
})
