import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Temporal } from 'temporal-polyfill'
import { addDays, type Day } from '../functions/kit/day.ts'
import { playVendors } from './demo/play-vendors.ts'
import type { HubspotRecord } from './hubspot.ts'

/** Where the shop is; its day decides what is in the past. */
const ZONE = 'America/New_York'
/** Days of data that are still to come when a home is made. */
const AHEAD = 60
const HOUR_MS = 3_600_000

export interface Demo {
  /** What was set: where the vendors are, where the shop's CSV file lies, and the secrets of the sources. */
  readonly variables: Readonly<Record<string, string>>
  close(): Promise<void>
}

/**
 * Starts the vendors of the demo and tells the checked-in config of them through `env`. The data of 2017 is moved by
 * whole weeks when a home is first used, so that it ends 60 to 66 days later and every hour shows what is new; the number
 * of weeks stays in `<home>/demo.json`. Nothing later than `now` is shown.
 */
export async function openDemo({
  home,
  now,
  env = process.env,
}: {
  home: string
  now: () => Date
  /** @default process.env */
  env?: Record<string, string | undefined>
}): Promise<Demo> {
  const folder = join(home, 'demo')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const [header, ...original] = readRows()
  const last = original.at(-1)!.at.slice(0, 10) as Day
  const weeks = weeksOf(home, last, wallTime(now()))
  const rows = moved(original, weeks)
  const files = join(folder, 'shop.csv')
  const reveal = () => {
    const until = wallTime(now())
    const past = rows.filter(({ at }) => at <= until).map(({ line }) => line)
    writeFileSync(`${files}.next`, [header!.line, ...past].join('\n').concat('\n'))
    renameSync(`${files}.next`, files)
  }
  reveal()
  const hourly = setInterval(reveal, HOUR_MS).unref()

  const until = addDays(last, 7 * weeks)
  const vendors = await playVendors({ contacts: contactsOf(rows), zone: ZONE, weeks, until, now })
  const variables = { TIDEMARK_DEMO_SHOP: files, ...vendors.variables }
  Object.assign(env, variables)
  return {
    variables,
    close: async () => {
      clearInterval(hourly)
      await vendors.close()
    },
  }
}

/** A line of the shop's file; `at` is wall time, or a day where the hour is unknown. */
interface Row {
  readonly line: string
  readonly kind: string
  readonly household: string
  readonly at: string
}

function readRows(): Row[] {
  const text = gunzipSync(readFileSync(new URL('demo/data/shop.csv.gz', import.meta.url))).toString()
  return text.trimEnd().split('\n').map(parse)
}

function parse(line: string): Row {
  const [kind, , household, at] = line.split(',')
  return { line, kind: kind!, household: household!, at: at! }
}

/** The weeks by which a home's data is moved: fixed when the home is first used. */
function weeksOf(home: string, last: string, today: string): number {
  const file = join(home, 'demo.json')
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { weeks: number }).weeks
  const behind = Temporal.PlainDate.from(last).until(Temporal.PlainDate.from(today.slice(0, 10))).days + AHEAD
  const weeks = Math.ceil(behind / 7)
  writeFileSync(file, `${JSON.stringify({ weeks })}\n`)
  return weeks
}

/** Moves wall times, not instants: an evening stays an evening of the same day of the week. */
function moved(rows: readonly Row[], weeks: number): Row[] {
  const days = new Map<string, { day: string; gap: string | undefined }>()
  const all = rows.map(({ line, at }) => {
    const from = at.slice(0, 10)
    const to = days.get(from) ?? movedDay(from, weeks)
    days.set(from, to)
    const time = at.slice(10)
    // The hour that the clocks skip that day did exist on the day it came from.
    const kept = to.gap !== undefined && time.startsWith(`T${to.gap}`) ? `T03${time.slice(3)}` : time
    return parse(line.replace(at, `${to.day}${kept}`))
  })
  return all.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}

function movedDay(from: string, weeks: number): { day: string; gap: string | undefined } {
  const day = Temporal.PlainDate.from(from).add({ weeks })
  const two = day.toPlainDateTime({ hour: 2 })
  const skipped = !two.toZonedDateTime(ZONE).toPlainDateTime().equals(two)
  return { day: day.toString(), gap: skipped ? '02' : undefined }
}

/** Every household is a contact since its first order. */
function contactsOf(rows: readonly Row[]): HubspotRecord[] {
  const first = new Map<string, string>()
  for (const { kind, household, at } of rows) if (kind === 'order' && !first.has(household)) first.set(household, at)
  return [...first].map(([id, at]) => {
    const createdAt = Temporal.PlainDateTime.from(at).toZonedDateTime(ZONE).toInstant().toString()
    return { id, createdAt, properties: { lifecyclestage: 'customer', hs_v2_date_entered_customer: createdAt } }
  })
}

function wallTime(instant: Date): string {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(ZONE)
    .toPlainDateTime()
    .toString({ fractionalSecondDigits: 0 })
}
