import * as fc from 'fast-check'
import { audience, customers, posts } from '../../functions/facts.ts'
import { addDays, dayOf, isDay } from '../../functions/kit/day.ts'
import type { FactRow } from '../../functions/kit/fact.ts'
import { person } from '../../functions/kit/person.ts'
import type { TestConfig } from './deployment.ts'
import { anyRecord, type Draw, drawDeployment, FIRST } from './random-deployment.ts'
import { anyRow } from './random-rows.ts'
import { type StreamOptions, timeOf, type Vendor, type VendorRecord, vendor } from './vendor.ts'

/** Days after `FIRST` on which the deployment is installed; what came before is collected at once. */
export const INSTALLED = 8
/** A new full list is read 30 days after the first. */
export const LAST = INSTALLED + 30

/** What one run of the schedule does, and what somebody does by hand before it. */
export interface SimulatedDay {
  /** Days after `FIRST`. */
  readonly day: number
  /** Hours after midnight, UTC. */
  readonly hour: number
  /** Nothing runs. */
  readonly idle: boolean
  /** Sources that answer with a failure. */
  readonly failing: readonly string[]
  /** Days before today of which all are read again by hand; null for none. */
  readonly again: number | null
  /** Days before `FIRST` from which on is collected by hand; null for none. */
  readonly backfill: number | null
  readonly computes: 'no' | 'once' | 'racing'
}

/** A stream of a vendor, and every state that its records were ever in. */
interface Told {
  readonly source: string
  readonly stream: string
  readonly options: StreamOptions
  readonly versions: readonly Version[]
}

/** A record as it is from some day after `FIRST` on; null once it is deleted without a word. */
interface Version {
  readonly key: string
  readonly shown: number
  readonly record: VendorRecord | null
}

/** Thirty days of a deployment. */
export interface Plan {
  readonly settings: Omit<TestConfig, 'vendors'>
  readonly days: readonly SimulatedDay[]
  /** A set of vendors of their own. */
  vendors(): Vendor[]
  /** What a stream holds on a day. */
  readonly streams: readonly { readonly source: string; readonly stream: string; on(day: number): VendorRecord[] }[]
}

/**
 * Draws which rows vendors hold on which day, how late and how wrong they were, and what runs when.
 * @param daily most days end with a compute; else about a fifth do
 */
export function drawPlan(draw: Draw, daily: boolean): Plan {
  const { settings } = drawDeployment(draw)
  const told = [...events(draw), ...reports(draw), ...levels(draw), ...entities(draw), ...files(draw)]
  const sources = [...new Set(told.map(({ source }) => source))]
  return {
    settings,
    days: Array.from({ length: LAST - INSTALLED + 1 }, (_, i) => simulatedDay(draw, INSTALLED + i, sources, daily)),
    vendors: () =>
      sources.map((id) => {
        const mine = told.filter(({ source }) => source === id)
        return vendor(id, Object.fromEntries(mine.map(({ stream, options }) => [stream, options])))
      }),
    streams: told.map(({ source, stream, versions }) => ({ source, stream, on: (day) => shownOn(versions, day) })),
  }
}

const MOST = ['once', 'once', 'once'] as const
const NONE = ['no', 'no', 'no', 'no', 'no', 'no', 'no', 'no'] as const

function simulatedDay(draw: Draw, day: number, sources: readonly string[], daily: boolean): SimulatedDay {
  const lot = (n: number) => draw(fc.nat(n - 1)) === 0
  const quiet = day === INSTALLED || day === LAST
  return {
    day,
    hour: draw(fc.constantFrom(5, 6, 9, 20)),
    idle: !quiet && lot(8),
    failing: !quiet && lot(5) ? draw(fc.subarray([...sources], { minLength: 1, maxLength: 2 })) : [],
    again: day === LAST ? 30 : lot(7) ? draw(fc.integer({ min: 1, max: 30 })) : null,
    backfill: !quiet && lot(25) ? draw(fc.integer({ min: 1, max: 5 })) : null,
    computes: quiet ? 'once' : draw(fc.constantFrom('no', 'once', 'racing', ...(daily ? MOST : NONE))),
  }
}

function shownOn(versions: readonly Version[], day: number): VendorRecord[] {
  const newest = new Map<string, Version>()
  for (const version of versions) {
    const known = newest.get(version.key)
    if (version.shown <= day && (!known || known.shown <= version.shown)) newest.set(version.key, version)
  }
  return [...newest.values()].flatMap(({ record }) => record ?? [])
}

const SPAN = { span: 60 }

function events(draw: Draw): Told[] {
  const activity = ['interactions', 'interactions', 'responses', 'carts']
  return [
    late(draw, 'app', 'activity', { kind: 'events', facts: activity, settles: 3, repull: 7, ...SPAN }, 40),
    late(
      draw,
      'shop',
      'orders',
      { kind: 'events', facts: ['orders', 'referrals'], zone: 'America/New_York', ...SPAN },
      30,
    ),
  ]
}

function reports(draw: Draw): Told[] {
  const posted: StreamOptions = { kind: 'report', facts: ['posts'], settles: 1, repull: 7, ...SPAN }
  return [
    late(draw, 'shop', 'traffic', { kind: 'report', facts: ['traffic', 'sends'], settles: 2, repull: 9, ...SPAN }, 25),
    { source: 'app', stream: 'posts', options: posted, versions: readings(draw) },
  ]
}

/** What can be read only on the day itself: a level a day. */
function levels(draw: Draw): Told[] {
  const versions = Array.from({ length: LAST + 1 }, (_, day): Version => {
    const at = addDays(FIRST, day)
    const rows = ['followers', 'members'].map((kind) =>
      audience({ at, channel: 'social', kind, value: draw(fc.nat(900)) }),
    )
    return { key: at, shown: day, record: { key: at, rows } }
  })
  return [
    { source: 'desk', stream: 'audience', options: { kind: 'level', facts: ['audience'], past: false }, versions },
  ]
}

function files(draw: Draw): Told[] {
  return [late(draw, 'desk', 'sheet', { kind: 'whole', facts: ['interactions', 'responses'] }, 15)]
}

function entities(draw: Draw): Told[] {
  const people: StreamOptions = { kind: 'entity', facts: ['customers', 'deals'] }
  const tickets: StreamOptions = { kind: 'entity', facts: ['tickets'], settles: 1, repull: 1 }
  return [changing(draw, 'crm', 'people', people, 14), changing(draw, 'desk', 'tickets', tickets, 14)]
}

/** How many days late a row comes, most often none. */
const lateness = fc.constantFrom(0, 0, 0, 0, 1, 3, 7, 28)

/** Records that come on the day after their own or later, are corrected, and deleted. */
function late(draw: Draw, source: string, stream: string, options: StreamOptions, size: number): Told {
  const yields = options.facts!
  const versions = Array.from({ length: size }, (_, n) => `r${n}`).flatMap((key): Version[] => {
    const record = anyRecord(draw, key, yields, options.kind, LAST)
    const shown = Math.max(...record.rows.map(offset)) + 1 + draw(lateness)
    const found: Version[] = [{ key, shown, record }]
    const later = () => found.at(-1)!.shown + draw(fc.integer({ min: 1, max: 20 }))
    if (draw(fc.nat(2)) === 0) {
      const corrected = record.rows.map((row) => (draw(fc.boolean()) ? row : sameDay(draw, row)))
      found.push({ key, shown: later(), record: { key, rows: corrected } })
    }
    if (draw(fc.nat(5)) === 0) found.push({ key, shown: later(), record: null })
    return found
  })
  return { source, stream, options, versions }
}

/** Another row of the fact, on the day of the row. */
function sameDay(draw: Draw, row: FactRow): FactRow {
  const other = draw(anyRow(row.fact, LAST))
  const time = Object.entries(row.columns).find(([, value]) => value === timeOf(row))![0]
  return { ...other, columns: { ...other.columns, [time]: timeOf(row) } }
}

function offset(row: FactRow): number {
  const time = timeOf(row)
  const day = isDay(time) ? time : dayOf(Date.parse(time), 'UTC')
  return Math.round((Date.parse(day) - Date.parse(FIRST)) / 86_400_000)
}

/** Records that change, are merged into others, are gone, and vanish without a word. */
function changing(draw: Draw, source: string, stream: string, options: StreamOptions, size: number): Told {
  const versions = Array.from({ length: size }, (_, n) => `${n}`).flatMap((key): Version[] => {
    const found: Version[] = []
    let shown = draw(fc.oneof(fc.constant(0), fc.nat(LAST)))
    for (let left = draw(fc.nat(3)); left >= 0; left--) {
      // A vendor's index may list a change a day after it happened.
      const listed = shown + draw(fc.constantFrom(0, 0, 0, 1))
      const changed = `${addDays(FIRST, shown)}T03:${String(10 + found.length)}:00.000Z`
      const { rows } = anyRecord(draw, key, options.facts!, 'events', LAST)
      const lot = draw(fc.nat(11))
      const gone = lot === 0 ? [key] : lot === 1 ? [String(draw(fc.nat(size - 1)))] : []
      found.push({ key, shown: listed, record: { key, rows, changed, gone } })
      shown = listed + draw(fc.integer({ min: 1, max: 12 }))
    }
    if (draw(fc.nat(7)) === 0) found.push({ key, shown, record: null })
    return found
  })
  return { source, stream, options, versions: [...versions, ...merged(draw, options, stream)] }
}

/** Two contacts that turn out to be one: the survivor has both addresses. */
function merged(draw: Draw, options: StreamOptions, stream: string): Version[] {
  if (!options.facts!.includes('customers')) return []
  const one = (key: string, day: number, who: Parameters<typeof customers>[0]['customer'], gone: string[] = []) => ({
    key,
    shown: day,
    record: {
      key,
      rows: [customers({ customer: who, since: addDays(FIRST, -9) })],
      changed: `${addDays(FIRST, day)}T02:00:00.000Z`,
      gone,
    },
  })
  const who = (n: number) => person({ email: `p${n}@x.example`, id: `c${n}` })
  const both = person({ email: ['p1@x.example', 'p2@x.example'], id: ['c1', 'c2'] })
  return [
    one(`${stream} a`, 0, who(1)),
    one(`${stream} b`, 0, who(2)),
    one(`${stream} a`, draw(fc.integer({ min: INSTALLED + 1, max: LAST })), both, [`${stream} b`]),
  ]
}

/** Readings of posts, a day or two apart: counters grow, are corrected, and a reading may be late. */
function readings(draw: Draw): Version[] {
  const ids = ['p1', 'p2', 'p3']
  const likes = ids.map(() => 0)
  return Array.from({ length: LAST }, (_, day) => day).flatMap((day) =>
    ids.flatMap((id, n): Version[] => {
      if (draw(fc.nat(2)) === 0) return []
      likes[n] = Math.max(0, likes[n]! + draw(fc.integer({ min: -2, max: 30 })))
      const row = (value: number) =>
        posts({
          id,
          at: `${addDays(FIRST, day)}T${String(10 + n)}:00:00.000Z`,
          channel: 'social',
          published: addDays(FIRST, n * 9),
          likes: value,
          comments: n,
          reach: 100,
          ...(n === 2 && { account: 'second' }),
        })
      const key = `${id} ${day}`
      const shown = day + 1 + draw(lateness)
      const found: Version[] = [{ key, shown, record: { key, rows: [row(likes[n]!)] } }]
      if (draw(fc.nat(6)) === 0) found.push({ key, shown: shown + 2, record: { key, rows: [row(likes[n]! + 1)] } })
      return found
    }),
  )
}
