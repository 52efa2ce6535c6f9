import type { ConfigData } from '../kit/config.ts'
import { addDays, bounds, type Day, daysBetween } from '../kit/day.ts'
import type { Measure, Metric } from '../kit/metric.ts'
import { type DerivedIndex, streamId } from './derived.ts'
import { measuresOf } from './evaluate.ts'
import { interactionFacts } from './load-facts.ts'

/** What a value rests on. */
export interface Basis {
  /** Share of the (stream, day) pairs that have been read. */
  readonly coverage: number
  /** Every input has settled and was read again after that. */
  readonly final: boolean
  /** Nothing configured yields the fact; or what does has not been read at all. */
  readonly reason: 'no_data' | 'source_missing' | null
}

/** A stream over the days of a sweep; sums up to and including a day are at its offset plus one. */
interface StreamDays {
  readonly id: string
  readonly source: string
  readonly stream: string
  readonly feeds: (fact: string) => boolean
  /** `entity`: its full list has not been read. */
  readonly noBaseline: boolean
  readonly covered: Int32Array
  readonly unsettled: Int32Array
  readonly settles: number
}

const DAY_MS = 86_400_000

/** Which stream has been read for which day, and whether that day can still change. */
export class Coverage {
  readonly #streams: readonly StreamDays[]
  readonly #first: Day
  readonly #days: number
  /** First day on which the config states a number of customers; null where they are counted. */
  readonly #stated: string | null

  /** @param first day from which `all` counts; @param last day of the sweep */
  constructor(config: ConfigData, index: DerivedIndex, first: Day, last: Day) {
    const longest = Math.max(1, ...config.windows.filter((window) => window !== 'all'))
    this.#first = addDays(first, -longest)
    this.#days = daysBetween(this.#first, last) + 1
    this.#stated = config.customers
      ? config.customers.map(({ from }) => from).reduce((a, b) => (a < b ? a : b), '9999')
      : null
    this.#streams = config.sources.flatMap(({ id, streams }) =>
      streams.map((stream) => this.#streamDays(config, index, id, stream)),
    )
  }

  #streamDays(
    config: ConfigData,
    index: DerivedIndex,
    source: string,
    stream: ConfigData['sources'][number]['streams'][number],
  ): StreamDays {
    const id = streamId(source, stream.name)
    const cursor = index.cursors[id]
    const parts = index.parts[id] ?? {}
    const covered = new Int32Array(this.#days + 1)
    const unsettled = new Int32Array(this.#days + 1)
    const whole = stream.kind === 'entity' || stream.kind === 'whole'
    const complete = whole && cursor !== undefined && (stream.kind === 'whole' || cursor.baseline !== null)
    let day = this.#first
    for (let i = 0; i < this.#days; i++, day = addDays(day, 1)) {
      const read = whole ? (complete && day <= cursor!.through ? cursor!.read : undefined) : parts[day]?.read
      const settled =
        read !== undefined && Date.parse(read) >= bounds(day, config.timezone).end + stream.settles * DAY_MS
      // Days before the first one collected will not be read any more: they lower coverage and wait for nothing.
      const beforeFirst = !whole && cursor !== undefined && day < cursor.from
      covered[i + 1] = covered[i]! + (read !== undefined ? 1 : 0)
      unsettled[i + 1] = unsettled[i]! + (settled || beforeFirst ? 0 : 1)
    }
    const known = stream.facts ?? cursor?.facts
    const feeds = (fact: string) => known === undefined || known.includes(fact)
    const noBaseline = stream.kind === 'entity' && !complete
    return { id, source, stream: stream.name, feeds, noBaseline, covered, unsettled, settles: stream.settles }
  }

  /** Whether a stream has been read for a day. */
  isCovered(source: string, stream: string, day: Day): boolean {
    const found = this.#streams.find((one) => one.source === source && one.stream === stream)
    return found !== undefined && count(found.covered, this.#offset(day), this.#offset(day)) === 1
  }

  /** First day on which everything can have settled and been read again, for a snapshot of `day`. */
  finalOn(day: Day): Day {
    return addDays(day, Math.max(0, ...this.#streams.map(({ settles }) => settles)) + 1)
  }

  /** @param from first day of the window; levels look at `day` alone */
  of(metric: Metric, from: Day, day: Day): Basis {
    let pairs = 0
    let covered = 0
    let final = true
    let reason: Basis['reason'] = null
    for (const measure of measuresOf(metric)) {
      if (measure.kind === 'population' && this.#stated !== null) {
        if (day < this.#stated) reason = 'no_data'
        continue
      }
      const streams = this.#streams.filter((stream) => factsOf(measure).some(stream.feeds))
      const start = this.#offset(measure.kind === 'population' ? day : from < this.#first ? this.#first : from)
      const end = this.#offset(day)
      let here = 0
      for (const stream of streams) {
        here += count(stream.covered, start, end)
        if (count(stream.unsettled, start, end) > 0) final = false
        if (stream.noBaseline) reason = 'source_missing'
      }
      pairs += streams.length * (end - start + 1)
      covered += here
      // A stated number does not say who they are.
      const unknown =
        this.#stated !== null && 'among' in measure && !this.#streams.some(({ feeds }) => feeds('customers'))
      if (streams.length === 0 || unknown) reason = 'no_data'
      else if (here === 0 && reason === null) reason = 'source_missing'
    }
    return { coverage: pairs === 0 ? (reason === null ? 1 : 0) : covered / pairs, final, reason }
  }

  #offset(day: Day): number {
    return daysBetween(this.#first, day)
  }
}

const count = (sums: Int32Array, from: number, to: number) => sums[to + 1]! - sums[from]!

/** Interactions also come from the facts they are derived from. */
function factsOf({ fact }: Measure): readonly string[] {
  return fact.name === 'interactions' ? interactionFacts : [fact.name]
}
