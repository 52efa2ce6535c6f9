import type { ConfigData } from '../kit/config.ts'
import { addDays, type Day } from '../kit/day.ts'
import type { RunRow, Warning } from '../store/rows.ts'
import { BASELINE } from './compaction.ts'
import { type DerivedIndex, type Flag, type StreamId, streamId } from './derived.ts'

/** What a run's row says beside flags: about its range, not about its answers. */
const OF_THE_RUN = ['waiting', 'not_ready']

/**
 * What is to be known of the answers that a day's values rest on: flags of every part in the longest window, of full
 * lists, and of the newest reading of files.
 *
 * @param newest the newest run of a stream that read it
 */
export function flagWarnings(
  config: ConfigData,
  { parts }: Pick<DerivedIndex, 'parts'>,
  newest: (stream: StreamId) => RunRow | undefined,
): (day: Day) => Warning[] {
  const longest = config.windows.includes('all') ? null : Math.max(...config.windows.map(Number))
  const streams = config.sources.flatMap(({ id, streams }) =>
    streams.map(({ name, kind }) => {
      const stream = streamId(id, name)
      return {
        source: id,
        stream: name,
        flags: kind === 'whole' ? ofRun(newest(stream)) : ofParts(parts[stream] ?? {}),
      }
    }),
  )
  return (day) => {
    const from = longest === null ? '' : addDays(day, 1 - longest)
    return streams.flatMap(({ source, stream, flags }) =>
      [...flags.values()].flatMap(({ code, message, days }) => {
        const on = days?.filter((one) => one >= from && one <= day)
        if (on?.length === 0) return []
        return [{ code, source, stream, message: `${message}${whenOf(on, day)}` }]
      }),
    )
  }
}

function whenOf(days: readonly Day[] | undefined, day: Day): string {
  if (!days || (days.length === 1 && days[0] === day)) return ''
  return days.length === 1 ? ` (${days[0]})` : ` (${days.length} days, the last ${days.at(-1)})`
}

/** `days` is null for what holds of all of them. */
interface Flagged extends Flag {
  readonly days: Day[] | null
}

function ofParts(parts: DerivedIndex['parts'][StreamId]): Map<string, Flagged> {
  const found = new Map<string, Flagged>()
  for (const day of (Object.keys(parts) as Day[]).sort()) {
    for (const { code, message } of parts[day]!.flags ?? []) {
      const key = `${code} ${message}`
      const days = found.get(key)?.days
      if (day === BASELINE) found.set(key, { code, message, days: null })
      else if (days) days.push(day)
      else if (!found.has(key)) found.set(key, { code, message, days: [day] })
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The row's own words name the first record that could not be read; whoever reads snapshots need not know it. */
function ofRun(run: RunRow | undefined): Map<string, Flagged> {
  const found = new Map<string, Flagged>()
  for (const { code, message } of run?.warnings ?? []) {
    if (OF_THE_RUN.includes(code)) continue
    const lacking = `${run!.quarantined} of ${run!.records} records could not be read, and are left out`
    found.set(`${code} ${message}`, { code, message: code === 'quarantined' ? lacking : message, days: null })
  }
  return found
}
