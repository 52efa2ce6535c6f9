import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addDays,
  bounds,
  type Day,
  day,
  dayOf,
  daysBetween,
  eachDay,
  isDay,
  localInstant,
  zone,
} from '../../functions/kit/day.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'

const HOUR = 3_600_000
const zones = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Asia/Kathmandu',
  'Africa/Casablanca',
]
const anyZone = fc.constantFrom(...zones)
const anyInstant = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2040, 0, 1) })
const anyDay = anyInstant.map((ms) => day(new Date(ms).toISOString().slice(0, 10)))

/** What the platform's own calendar says, which this module does not use for it. */
function calendarDay(instant: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(instant)
  const part = (type: string) => parts.find((one) => one.type === type)!.value
  return `${part('year')}-${part('month')}-${part('day')}`
}

const refusal = (message: string) => new TidemarkError('invalid', message)

describe('day', () => {
  test.each(['2026-11-19', '2024-02-29', '1900-01-01', '2199-12-31'])('%s exists', (text) => {
    expect(day(text)).toBe(text)
    expect(isDay(text)).toBe(true)
  })

  test.each([
    '2026-02-30',
    '2025-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-1-1',
    '1899-12-31',
    '2200-01-01',
    '2026-11-19T00:00',
    ' 2026-11-19',
    '2026-11-19\n',
    '20261119',
    '',
  ])("'%s' is refused", (text) => {
    expect(isDay(text)).toBe(false)
    expect(() => day(text)).toThrow(refusal(`'${text}' is no day; expected YYYY-MM-DD, such as 2026-11-19`))
  })

  test.each([undefined, null, 20261119, new Date(0), {}])('%o is no day', (value) => expect(isDay(value)).toBe(false))

  test('a long text is not repeated whole', () => {
    expect(() => day('x'.repeat(1_000))).toThrow(`'${'x'.repeat(40)}' is no day`)
  })
})

describe('arithmetic', () => {
  test('crosses months, leap days and years', () => {
    expect(addDays(day('2024-02-28'), 1)).toBe('2024-02-29')
    expect(addDays(day('2026-01-01'), -1)).toBe('2025-12-31')
    expect(daysBetween(day('2025-12-31'), day('2026-12-31'))).toBe(365)
    expect(eachDay(day('2026-02-27'), day('2026-03-01'))).toEqual(['2026-02-27', '2026-02-28', '2026-03-01'])
    expect(eachDay(day('2026-02-27'), day('2026-02-26'))).toEqual([])
  })

  test('daysBetween undoes addDays, and eachDay has every day once', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: -400, max: 400 }), (from, count) => {
        const to = addDays(from, count)
        expect(daysBetween(from, to)).toBe(count)
        const all = eachDay(from, to)
        expect(all).toHaveLength(Math.max(0, count + 1))
        expect(all).toEqual([...new Set(all)].sort())
      }),
    )
  })
})

describe('zone', () => {
  test.each(['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/UTC'])('%s is one', (name) =>
    expect(zone(name)).toBe(name),
  )

  test.each(['Berlin', 'Europe/Berlim', '+02:00', '-05:00', 'Etc/GMT+5', 'GMT+2', 'CET/', ''])(
    "'%s' is none",
    (name) => {
      expect(() => zone(name)).toThrow(
        refusal(`'${name}' is no time zone; expected an IANA name, such as Europe/Berlin or UTC`),
      )
    },
  )
})

describe('bounds', () => {
  // Offsets as in the IANA database: https://data.iana.org/time-zones/
  test.each([
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00Z', 23],
    ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00Z', 25],
    ['2026-03-08', 'America/New_York', '2026-03-08T05:00Z', 23],
    ['2026-11-01', 'America/New_York', '2026-11-01T04:00Z', 25],
    ['2026-04-05', 'Australia/Lord_Howe', '2026-04-04T13:00Z', 24.5],
    ['2026-10-04', 'Australia/Lord_Howe', '2026-10-03T13:30Z', 23.5],
    ['2011-12-29', 'Pacific/Apia', '2011-12-29T10:00Z', 24],
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00Z', 0],
    ['2011-12-31', 'Pacific/Apia', '2011-12-30T10:00Z', 24],
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00Z', 23],
    ['2026-05-05', 'Asia/Kathmandu', '2026-05-04T18:15Z', 24],
    ['2026-11-19', 'UTC', '2026-11-19T00:00Z', 24],
  ])('%s in %s begins at %s and has %d hours', (text, timeZone, start, hours) => {
    const got = bounds(day(text), timeZone)
    expect(new Date(got.start)).toEqual(new Date(start))
    expect((got.end - got.start) / HOUR).toBe(hours)
  })

  test('are half-open: the end belongs to the next day', () => {
    const { start, end } = bounds(day('2026-10-25'), 'Europe/Berlin')
    expect([start - 1, start, end - 1, end].map((ms) => dayOf(ms, 'Europe/Berlin'))).toEqual([
      '2026-10-24',
      '2026-10-25',
      '2026-10-25',
      '2026-10-26',
    ])
  })

  test('of consecutive days meet', () => {
    fc.assert(
      fc.property(anyDay, anyZone, (one, timeZone) => {
        expect(bounds(one, timeZone).end).toBe(bounds(addDays(one, 1), timeZone).start)
        expect(bounds(one, timeZone).end).toBeGreaterThanOrEqual(bounds(one, timeZone).start)
      }),
    )
  })

  test('hold exactly the instants whose day it is, as the calendar says', () => {
    fc.assert(
      fc.property(anyInstant, anyZone, (instant, timeZone) => {
        const its = dayOf(instant, timeZone)
        expect(its).toBe(calendarDay(instant, timeZone))
        const { start, end } = bounds(its, timeZone)
        expect(start).toBeLessThanOrEqual(instant)
        expect(instant).toBeLessThan(end)
      }),
      { numRuns: 500 },
    )
  })

  test('every instant of a day around a clock change is that day', () => {
    for (const [text, timeZone] of [
      ['2026-10-25', 'Europe/Berlin'],
      ['2026-04-05', 'Australia/Lord_Howe'],
      ['2011-12-31', 'Pacific/Apia'],
    ] as const) {
      const { start, end } = bounds(text as Day, timeZone)
      for (let ms = start; ms < end; ms += HOUR / 4) expect(dayOf(ms, timeZone)).toBe(text)
    }
  })

  test('no instant falls on the day that Samoa left out', () => {
    const { start } = bounds(day('2011-12-30'), 'Pacific/Apia')
    expect([start - 1, start].map((ms) => dayOf(ms, 'Pacific/Apia'))).toEqual(['2011-12-29', '2011-12-31'])
  })
})

describe('localInstant', () => {
  test.each([
    ['2026-11-19T08:00', 'Europe/Berlin', '2026-11-19T07:00Z'],
    ['2026-11-19 08:00:01.5', 'Asia/Kathmandu', '2026-11-19T02:15:01.500Z'],
    ['2026-10-25T02:30:00', 'Europe/Berlin', '2026-10-25T00:30Z'],
    ['2026-11-01T01:59:59', 'America/New_York', '2026-11-01T05:59:59Z'],
    ['2026-04-05T01:45', 'Australia/Lord_Howe', '2026-04-04T14:45Z'],
    ['2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00Z'],
  ])('%s in %s is %s; of an hour that comes twice, the first', (text, timeZone, instant) => {
    expect(new Date(localInstant(text, timeZone))).toEqual(new Date(instant))
  })

  test.each([
    ['2026-03-29T02:30', 'Europe/Berlin'],
    ['2026-03-08T02:00', 'America/New_York'],
    ['2026-10-04T02:15', 'Australia/Lord_Howe'],
    ['2018-11-04T00:00', 'America/Sao_Paulo'],
    ['2011-12-30T12:00', 'Pacific/Apia'],
  ])('%s is missing in %s', (text, timeZone) => {
    expect(() => localInstant(text, timeZone)).toThrow(
      refusal(`${text} does not exist in ${timeZone}: the clocks skip that hour`),
    )
  })

  test.each([
    '2026-02-30T10:00',
    '2026-11-19',
    '2026-11-19T25:00',
    '2026-11-19T10:00:60',
    '2026-11-19T10:00Z',
    '2026-11-19T10:00+02:00',
    '20261119T1000',
    '19.11.2026 10:00',
    '',
  ])("'%s' is no local time", (text) => {
    expect(() => localInstant(text, 'UTC')).toThrow(refusal(`'${text}' is no local time; expected YYYY-MM-DDTHH:MM:SS`))
  })

  test('a local time is on the day that it states', () => {
    const clock = fc.tuple(anyDay, fc.integer({ min: 0, max: 1_439 }), anyZone)
    fc.assert(
      fc.property(clock, ([its, minute, timeZone]) => {
        const text = `${its}T${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
        let instant: number
        try {
          instant = localInstant(text, timeZone)
        } catch (error) {
          expect((error as Error).message).toContain('does not exist')
          return
        }
        expect(dayOf(instant, timeZone)).toBe(its)
      }),
      { numRuns: 300 },
    )
  })
})
