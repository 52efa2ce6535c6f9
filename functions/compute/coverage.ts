import type { ConfigData } from '../kit/config.ts'
import { addDays, bounds, type Day, daysBetween, eachDay } from '../kit/day.ts'
import { levelKinds, type Measure, type Metric } from '../kit/metric.ts'
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
  /** For each day, the days after its end that it was read; NaN where it was not, Infinity where nothing can come any more. */
  readonly readAfter: Float64Array
  readonly settles: number
}

const DAY_MS = 86_400_000
/** A level or a post's counter counts as read for so many days after its own. */
const READING_DAYS = 7

/** Which stream has been read for which day, and whether that day can still change. */
export class Coverage {
  readonly #streams: readonly StreamDays[]
  readonly #first: Day
  /** Every day, and the instant of its end. */
  readonly #days: readonly { readonly day: Day; readonly end: number }[]
  /** First day on which the config states a number of customers; null where they are counted. */
  readonly #stated: string | null
  readonly #churn: ConfigData['churn']
  readonly #unsettled = new Map<string, Int32Array>()

  /**
   * @param first day from which `all` counts
   * @param last day of the sweep
   * @param reach days before `first` that windows look at
   */
  constructor(config: ConfigData, index: DerivedIndex, first: Day, last: Day, reach: number) {
    this.#first = addDays(first, -reach)
    this.#days = eachDay(this.#first, last).map((day) => ({ day, end: bounds(day, config.timezone).end }))
    this.#stated = config.customers
      ? config.customers.map(({ from }) => from).reduce((a, b) => (a < b ? a : b), '9999')
      : null
    this.#churn = config.churn
    this.#streams = config.sources.flatMap(({ id, streams }) =>
      streams.map((stream) => this.#streamDays(index, id, stream)),
    )
  }

  #streamDays(
    index: DerivedIndex,
    source: string,
    stream: ConfigData['sources'][number]['streams'][number],
  ): StreamDays {
    const id = streamId(source, stream.name)
    const cursor = index.cursors[id]
    const parts = index.parts[id] ?? {}
    const covered = new Int32Array(this.#days.length + 1)
    const readAfter = new Float64Array(this.#days.length)
    const whole = stream.kind === 'entity' || stream.kind === 'whole'
    const complete = whole && cursor !== undefined && (stream.kind === 'whole' || cursor.baseline !== null)
    for (const [i, { day, end }] of this.#days.entries()) {
      const read = whole ? (complete && day <= cursor!.through ? cursor!.read : undefined) : parts[day]?.read
      // Days before the first one collected will not be read any more, nor can a level that was missed: they lower
      // coverage and wait for nothing.
      const over = !whole && cursor !== undefined && (day < cursor.from || (!stream.past && day <= cursor.through))
      covered[i + 1] = covered[i]! + (read !== undefined ? 1 : 0)
      if (read !== undefined) readAfter[i] = (Date.parse(read) - end) / DAY_MS
      else readAfter[i] = over ? Number.POSITIVE_INFINITY : Number.NaN
    }
    const known = stream.facts ?? cursor?.facts
    const feeds = (fact: string) => known === undefined || known.includes(fact)
    const noBaseline = stream.kind === 'entity' && !complete
    return { id, source, stream: stream.name, feeds, noBaseline, covered, readAfter, settles: stream.settles }
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
      if (measure.kind === 'population' && measure.also === undefined && this.#stated !== null) {
        if (day < this.#stated) reason = 'no_data'
        continue
      }
      const facts = this.#factsOf(measure)
      const streams = this.#streams.filter((stream) => facts.some(stream.feeds))
      const lacking = asReading(measure) && facts.some((fact) => !streams.some(({ feeds }) => feeds(fact)))
      const asReadings = asReading(measure)
      const [start, end] = [this.#offset(this.#startOf(measure, from, day)), this.#offset(day)]
      let here = 0
      for (const stream of streams) {
        const read = count(stream.covered, start, end)
        here += asReadings ? Math.min(1, read) : read
        const unsettled = this.#unsettledIn(stream, metric.waits ?? 0)
        if (count(unsettled, asReadings ? end : start, end) > 0) final = false
        if (stream.noBaseline) reason = 'source_missing'
      }
      pairs += streams.length * (asReadings ? 1 : end - start + 1)
      covered += here
      // A stated number does not say who they are.
      const unknown =
        this.#stated !== null && 'among' in measure && !this.#streams.some(({ feeds }) => feeds('customers'))
      if (streams.length === 0 || lacking || unknown) reason = 'no_data'
      else if (here === 0 && reason === null) reason = 'source_missing'
    }
    return { coverage: pairs === 0 ? (reason === null ? 1 : 0) : covered / pairs, final, reason }
  }

  /** First day that a measure looks at. */
  #startOf(measure: Measure, from: Day, day: Day): Day {
    if (asReading(measure)) return this.#notBefore(addDays(day, -READING_DAYS))
    if (levelKinds.includes(measure.kind) || measure.kind === 'unique') return day
    if (!ofPresence(measure)) return this.#notBefore(from)
    const before = measure.kind === 'left' ? from : addDays(from, -1)
    return this.#notBefore(this.#churn === 'contractual' ? before : addDays(before, -this.#churn.inactiveDays))
  }

  #notBefore(day: Day): Day {
    return day < this.#first ? this.#first : day
  }

  /** Facts that a measure rests on. Interactions also come from those they are derived from. */
  #factsOf(measure: Measure): readonly string[] {
    const activity = ofPresence(measure) && this.#churn !== 'contractual'
    if (measure.fact.name === 'interactions' || activity) return interactionFacts
    return measure.kind === 'newest' && [measure.column, measure.having].includes('followers')
      ? ['posts', 'audience']
      : [measure.fact.name]
  }

  /** How many days up to each can still change; `waits` comes on top of what the source takes to settle. */
  #unsettledIn({ id, settles, readAfter }: StreamDays, waits: number): Int32Array {
    const key = `${id} ${waits}`
    let sums = this.#unsettled.get(key)
    if (!sums) {
      sums = new Int32Array(this.#days.length + 1)
      for (let i = 0; i < this.#days.length; i++) sums[i + 1] = sums[i]! + (readAfter[i]! >= settles + waits ? 0 : 1)
      this.#unsettled.set(key, sums)
    }
    return sums
  }

  #offset(day: Day): number {
    return daysBetween(this.#first, day)
  }
}

const count = (sums: Int32Array, from: number, to: number) => sums[to + 1]! - sums[from]!

const asReading = ({ kind }: Measure) => kind === 'latest' || kind === 'newest'

const ofPresence = ({ kind }: Measure) => kind === 'left' || kind === 'cohort' || kind === 'lost' || kind === 'kept'
