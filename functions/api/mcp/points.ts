import type { SeriesColumns } from '../series.ts'

/** A value of one day, week, month or quarter. */
export interface Point {
  /** The day, or the first day of the week, month or quarter. */
  readonly date: string
  readonly value: number | null
  readonly null_reason?: string
  readonly numerator?: number
  readonly denominator?: number
  readonly finality: 'provisional' | 'final'
  readonly coverage: number | null
  readonly definition_version: number | null
  /** Why it is to be read with care. */
  readonly caution?: string
}

interface Points {
  /** The newest complete point. */
  readonly latest: Point | null
  /** Complete points, oldest first. */
  readonly points: readonly Point[]
  /** Points that can still change, oldest first. */
  readonly in_progress: readonly Point[]
  /** Dates of which nothing was computed. */
  readonly without_snapshot: readonly string[]
}

const percent = (share: number) => `${Math.floor(share * 100)} %`

/** Why a value is to be read with care; undefined where it is not. */
export function cautionOf({
  finality,
  coverage,
  days,
  daysPresent,
}: {
  readonly finality: 'provisional' | 'final'
  readonly coverage: number | null
  readonly days?: number | undefined
  readonly daysPresent?: number | undefined
}): string | undefined {
  const read = coverage !== null && coverage < 1 ? `${percent(coverage)} of its data is there` : undefined
  if (finality === 'final')
    return read && `complete, but only ${read}: days before a source was first read count as absent`
  const part = days !== undefined && daysPresent! < days ? `${daysPresent} of its ${days} days have a value` : read
  return `not complete${part === undefined ? '' : ` (${part})`}: it can still change, so it is no drop; do not compare it with complete values`
}

/** Sets apart what is complete, what can still change, and what was never computed. */
export function pointsOf(columns: SeriesColumns): Points {
  const points: Point[] = []
  const inProgress: Point[] = []
  const without: string[] = []
  columns.date.forEach((date, i) => {
    const finality = columns.finality[i] ?? null
    if (finality === null) {
      without.push(date)
      return
    }
    const [reason, numerator, denominator] = [columns.null_reason[i], columns.numerator[i], columns.denominator[i]]
    const coverage = columns.coverage[i] ?? null
    const caution = cautionOf({ finality, coverage, days: columns.days?.[i], daysPresent: columns.days_present?.[i] })
    const point: Point = {
      date,
      value: columns.value[i] ?? null,
      ...(reason && { null_reason: reason }),
      ...(typeof numerator === 'number' && { numerator }),
      ...(typeof denominator === 'number' && { denominator }),
      finality,
      coverage,
      definition_version: columns.definition_version[i] ?? null,
      ...(caution !== undefined && { caution }),
    }
    ;(finality === 'final' ? points : inProgress).push(point)
  })
  return { latest: points.at(-1) ?? null, points, in_progress: inProgress, without_snapshot: without }
}
