import { addDays, daysBetween } from '../format.ts'

export const presets = ['30d', '90d', '1y', 'all'] as const
export type Preset = (typeof presets)[number]

export const granularities = ['day', 'week', 'month', 'quarter'] as const
export type Granularity = (typeof granularities)[number]

export const comparisons = ['previous_period', 'previous_year', 'same_weekday_last_year'] as const
export const againsts = ['previous_period', 'same_weekday', 'previous_year'] as const

/** What the page of a metric shows, as its address says it. What the address has wrong goes to the API, which says so. */
export interface MetricView {
  readonly window: string
  readonly granularity: string
  /** Empty where the address names days. */
  readonly preset: Preset | ''
  readonly from: string
  readonly to: string
  /** Empty for none. */
  readonly compare: string
  readonly asTable: boolean
  /** The day whose value is told. */
  readonly day: string
  /** The day whose change is explained; empty where the address leaves it open. */
  readonly explained: string
  /** What it is explained against. */
  readonly against: string
  /** The dimension that an explanation splits by; empty for the API's own choice. */
  readonly split: string
  /** The dimension of the breakdown; empty where there is none. */
  readonly by: string
  /** Whether the breakdown is shown over time. */
  readonly overTime: boolean
}

/** What the API answers at once: ten years. */
const MOST_DAYS = 3_653
const LENGTHS: Readonly<Record<Preset, number>> = { '30d': 30, '90d': 90, '1y': 365, all: MOST_DAYS }

/** Reads the view out of the query of an address. */
export function readView(
  query: Readonly<Record<string, string>>,
  metric: { readonly windows: readonly string[]; readonly by: readonly string[] },
  snapshots: { readonly from: string; readonly to: string },
): MetricView {
  const { from = '', to = '', window = metric.windows[0]! } = query
  const chosen = presets.find((one) => one === query.range)
  const preset = chosen ?? (from || to ? '' : '90d')
  const last = preset ? snapshots.to : to || snapshots.to
  return {
    window,
    granularity: query.granularity ?? 'day',
    preset,
    from: preset ? firstOf(preset, snapshots) : from || daysBefore(last, 89),
    to: last,
    compare: query.compare ?? '',
    asTable: query.view === 'table',
    day: query.day ?? snapshots.to,
    explained: query.on ?? query.day ?? '',
    // One day is like its weekday; longer windows hold every weekday as often.
    against: query.against ?? (['1d', 'all'].includes(window) ? 'same_weekday' : 'previous_period'),
    split: query.split ?? '',
    by: metric.by.find((one) => one === query.by) ?? metric.by[0] ?? '',
    overTime: query.parts === 'time',
  }
}

/** What is no day stays what it is: the API refuses it, and says so. */
export const daysBefore = (day: string, count: number): string =>
  Number.isNaN(Date.parse(`${day}T00:00:00Z`)) ? day : addDays(day, -count)

/** Days up to one, as far back as a comparison with a window earlier looks. */
export const recentOf = (day: string): { from: string; to: string } => ({ from: daysBefore(day, 59), to: day })

/** The first day of a range that ends with the newest snapshot; before the first snapshot there is nothing to show. */
function firstOf(preset: Preset, { from, to }: { readonly from: string; readonly to: string }): string {
  const first = addDays(to, 1 - LENGTHS[preset])
  return first > from ? first : from
}

/** What the API answers at once where each part of the whole has a series of its own. */
export const MOST_SEGMENTED_DAYS = 92

/** As much of the end of a range as the API splits into parts. */
export const segmentedFrom = ({ from, to }: Pick<MetricView, 'from' | 'to'>): string =>
  daysBetween(from, to) < MOST_SEGMENTED_DAYS ? from : daysBefore(to, MOST_SEGMENTED_DAYS - 1)

/** The query that shows the same days tomorrow: a range that ends with the newest day is written out. */
export const pinned = (
  query: Readonly<Record<string, string>>,
  { window, from, to, day, explained }: MetricView,
): Record<string, string> => ({ ...query, window, range: '', from, to, day, on: explained })
