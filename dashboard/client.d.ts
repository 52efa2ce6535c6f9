// Made from /v1/openapi.json by test/dashboard/client.test.ts (with -u); not to be edited.
// biome-ignore-all format: made by a program

export type Series = SeriesInColumns | SeriesInRows

export interface Health {
  status: 'ok'
  version: string
}
export interface Problem {
  /**
   * names the problem for ever; relative to this deployment, where it is explained, or as registered with IANA
   */
  type: string
  title: string
  status: number
  detail?: string
  /**
   * id of the request, also in the header X-Request-Id
   */
  instance: string
  invalid_params?: {
    name: string
    reason: string
  }[]
}
export interface Metrics {
  /**
   * IANA name of the zone whose days all dates are
   */
  timezone: string
  /**
   * trailing days that every metric is computed over
   */
  windows: string[]
  /**
   * ids of the metrics that a page shows first, in that order, whichever are on this page
   */
  headline: string[]
  /**
   * first and last day that has a snapshot; null before the first
   */
  snapshots: {
    from: string
    to: string
  } | null
  metrics: Metric[]
  /**
   * for the next page; null on the last
   */
  next_cursor: string | null
}
export interface Metric {
  id: string
  /**
   * what it is about, such as `support`; null where it is in no group
   */
  group: string | null
  title: string
  /**
   * in plain words
   */
  definition: string
  /**
   * made from the declaration that is computed
   */
  formula: string
  unit: 'count' | 'percent' | 'ratio' | 'points' | 'score' | 'money' | 'seconds' | 'days'
  /**
   * ISO 4217; values are in minor units of it
   */
  currency?: string
  /**
   * which way is good; null where neither is
   */
  direction: 'up' | 'down' | null
  kind: 'total' | 'level' | 'distinct' | 'quantile' | 'ratio' | 'score'
  /**
   * `ratio` only: what the quotient is multiplied by
   */
  per?: number
  definition_version: number
  /**
   * ids of the sources whose data it rests on
   */
  inputs: string[]
  /**
   * dimensions of its breakdowns
   */
  by: string[]
  windows: string[]
  /**
   * what it ought to reach under `target_window`; absent where none is set
   */
  target?: number
  target_window?: string
  /**
   * how days make a week: added, or the last one; null where they do not make one
   */
  roll_up: {
    value?: 'sum' | 'last'
    numerator?: 'sum' | 'last'
    denominator?: 'sum' | 'last'
  } | null
  /**
   * fewest cases that say something; values of fewer are marked `low_sample`
   */
  min_sample: number
  /**
   * what values may be summed over; a ratio is summed in its numerator and denominator instead
   */
  additive_over: ('time' | 'segment')[]
}
export interface MetricDetail {
  id: string
  /**
   * what it is about, such as `support`; null where it is in no group
   */
  group: string | null
  title: string
  /**
   * in plain words
   */
  definition: string
  /**
   * made from the declaration that is computed
   */
  formula: string
  unit: 'count' | 'percent' | 'ratio' | 'points' | 'score' | 'money' | 'seconds' | 'days'
  /**
   * ISO 4217; values are in minor units of it
   */
  currency?: string
  /**
   * which way is good; null where neither is
   */
  direction: 'up' | 'down' | null
  kind: 'total' | 'level' | 'distinct' | 'quantile' | 'ratio' | 'score'
  /**
   * `ratio` only: what the quotient is multiplied by
   */
  per?: number
  definition_version: number
  /**
   * ids of the sources whose data it rests on
   */
  inputs: string[]
  /**
   * dimensions of its breakdowns
   */
  by: string[]
  windows: string[]
  /**
   * what it ought to reach under `target_window`; absent where none is set
   */
  target?: number
  target_window?: string
  /**
   * how days make a week: added, or the last one; null where they do not make one
   */
  roll_up: {
    value?: 'sum' | 'last'
    numerator?: 'sum' | 'last'
    denominator?: 'sum' | 'last'
  } | null
  /**
   * fewest cases that say something; values of fewer are marked `low_sample`
   */
  min_sample: number
  /**
   * what values may be summed over; a ratio is summed in its numerator and denominator instead
   */
  additive_over: ('time' | 'segment')[]
  /**
   * what the metric has meant, oldest first; `formula` and the other fields are of the newest
   */
  versions: DefinitionVersion[]
}
export interface DefinitionVersion {
  version: number
  /**
   * first day that was the newest under it; null where it held from the beginning
   */
  valid_from: string | null
  /**
   * what changed, in plain words; null for the first
   */
  change: string | null
  /**
   * `score` only: what it is made of; `metric.window` is its name in `by.indicator`
   */
  indicators?: ScoreIndicator[]
}
export interface ScoreIndicator {
  metric: string
  window: string
  weight: number
  /**
   * where it is worth 0, in the unit of the metric; above the target, lower is better
   */
  floor: number
  /**
   * where it is worth 100
   */
  target: number
  engagement?: 'contextual' | 'convenience' | 'emotional' | 'social'
  pillar?: 'brand' | 'product' | 'agent' | 'touchpoint'
}
export interface Value {
  metric: string
  date: string
  timezone: string
  window: string
  segment?: string
  /**
   * money in minor units; null is "no data", never zero
   */
  value: number | null
  /**
   * why `value` is null
   */
  null_reason?:
    'no_data' | 'zero_denominator' | 'below_min_sample' | 'source_missing' | 'not_additive' | 'not_defined_yet'
  unit: string
  currency?: string
  numerator?: number | null
  denominator?: number | null
  /**
   * true where there are too few cases to act on a change
   */
  low_sample?: boolean
  definition_version: number
  finality: 'provisional' | 'final'
  /**
   * first day on which its snapshot can be final; null if it is
   */
  final_on: string | null
  /**
   * share of the days and streams it rests on that have been read
   */
  coverage: number
  /**
   * of the snapshot that it belongs to
   */
  revision: number
  /**
   * the sources that it rests on
   */
  inputs: {
    source: string
    data_through: string | null
    /**
     * of the source on that day
     */
    rows: number
    /**
     * of what those rows say
     */
    digest: string
  }[]
  warnings: {
    code: string
    source?: string
    stream?: string
    effect?: string
    message?: string
  }[]
}
export interface SeriesInColumns {
  metric: string
  unit: string
  currency?: string
  window: string
  granularity: 'day' | 'week' | 'month' | 'quarter'
  timezone: string
  from: string
  /**
   * included
   */
  to: string
  segment_by?: string
  summary?: SeriesSummary
  /**
   * what was noted for days of the range, in the order of their first days
   */
  annotations: AnnotationMark[]
  layout: 'columns'
  columns: SeriesColumns
  segments?: {
    key: string
    columns: SeriesColumns
  }[]
  comparison?: {
    from: string
    to: string
    /**
     * the same as `summary` of the series
     */
    summary: {
      current: number | null
      baseline: number | null
      change_abs: number | null
      /**
       * why there is no change
       */
      null_reason: 'no_data' | 'zero_denominator' | 'below_min_sample' | null
      /**
       * of what is no percentage, per 100 of the baseline
       */
      change_pct: number | null
      /**
       * of percentages
       */
      change_points: number | null
      /**
       * days that are final on both sides
       */
      days_compared: number
      /**
       * days that are not, or have no value
       */
      days_left_out: number
      /**
       * how days were put together; `last`: the last pair alone
       */
      basis: 'sum' | 'parts' | 'last'
    }
    /**
     * aligned with those of the range by index; one that is shorter ends earlier
     */
    columns: {
      /**
       * the day, or the first day of the week, month or quarter
       */
      date: string[]
      /**
       * of a week, month or quarter: how many days it has
       */
      days?: number[]
      /**
       * how many of them lie in the range and have a value
       */
      days_present?: number[]
      /**
       * money in minor units; null is "no data", never zero
       */
      value: (number | null)[]
      /**
       * why the value is null
       */
      null_reason: (
        | 'no_data'
        | 'zero_denominator'
        | 'below_min_sample'
        | 'source_missing'
        | 'not_additive'
        | 'not_defined_yet'
        | null
      )[]
      numerator: (number | null)[]
      /**
       * null for metrics that are no ratio
       */
      denominator: (number | null)[]
      /**
       * null where there is no snapshot, or no source that could tell
       */
      finality: ('provisional' | 'final' | null)[]
      /**
       * share of what the value rests on that has been read
       */
      coverage: (number | null)[]
      /**
       * of the snapshot that the point belongs to
       */
      revision: (number | null)[]
      definition_version: (number | null)[]
    }
  }
}
/**
 * like with like: only days that are final in both ranges
 *
 */
export interface SeriesSummary {
  current: number | null
  baseline: number | null
  change_abs: number | null
  /**
   * why there is no change
   */
  null_reason: 'no_data' | 'zero_denominator' | 'below_min_sample' | null
  /**
   * of what is no percentage, per 100 of the baseline
   */
  change_pct: number | null
  /**
   * of percentages
   */
  change_points: number | null
  /**
   * days that are final on both sides
   */
  days_compared: number
  /**
   * days that are not, or have no value
   */
  days_left_out: number
  /**
   * how days were put together; `last`: the last pair alone
   */
  basis: 'sum' | 'parts' | 'last'
}
export interface AnnotationMark {
  id: string
  date_from: string
  /**
   * included
   */
  date_to: string
  title: string
  tags: string[]
  channel:
    | 'web'
    | 'social'
    | 'email'
    | 'messaging'
    | 'support'
    | 'chat'
    | 'phone'
    | 'survey'
    | 'review'
    | 'referral'
    | 'community'
    | 'commerce'
    | 'in_person'
    | null
}
export interface SeriesColumns {
  /**
   * the day, or the first day of the week, month or quarter
   */
  date: string[]
  /**
   * of a week, month or quarter: how many days it has
   */
  days?: number[]
  /**
   * how many of them lie in the range and have a value
   */
  days_present?: number[]
  /**
   * money in minor units; null is "no data", never zero
   */
  value: (number | null)[]
  /**
   * why the value is null
   */
  null_reason: (
    'no_data' | 'zero_denominator' | 'below_min_sample' | 'source_missing' | 'not_additive' | 'not_defined_yet' | null
  )[]
  numerator: (number | null)[]
  /**
   * null for metrics that are no ratio
   */
  denominator: (number | null)[]
  /**
   * null where there is no snapshot, or no source that could tell
   */
  finality: ('provisional' | 'final' | null)[]
  /**
   * share of what the value rests on that has been read
   */
  coverage: (number | null)[]
  /**
   * of the snapshot that the point belongs to
   */
  revision: (number | null)[]
  definition_version: (number | null)[]
}
export interface SeriesInRows {
  metric: string
  unit: string
  currency?: string
  window: string
  granularity: 'day' | 'week' | 'month' | 'quarter'
  timezone: string
  from: string
  /**
   * included
   */
  to: string
  segment_by?: string
  summary?: SeriesSummary
  /**
   * what was noted for days of the range, in the order of their first days
   */
  annotations: AnnotationMark[]
  layout: 'rows'
  points: SeriesPoint[]
  segments?: {
    key: string
    points: SeriesPoint[]
  }[]
  comparison?: {
    from: string
    to: string
    /**
     * the same as `summary` of the series
     */
    summary: {
      current: number | null
      baseline: number | null
      change_abs: number | null
      /**
       * why there is no change
       */
      null_reason: 'no_data' | 'zero_denominator' | 'below_min_sample' | null
      /**
       * of what is no percentage, per 100 of the baseline
       */
      change_pct: number | null
      /**
       * of percentages
       */
      change_points: number | null
      /**
       * days that are final on both sides
       */
      days_compared: number
      /**
       * days that are not, or have no value
       */
      days_left_out: number
      /**
       * how days were put together; `last`: the last pair alone
       */
      basis: 'sum' | 'parts' | 'last'
    }
    /**
     * aligned with those of the range by index; one that is shorter ends earlier
     */
    points: SeriesPoint[]
  }
}
export interface SeriesPoint {
  date: string
  days?: number
  days_present?: number
  value: number | null
  null_reason:
    'no_data' | 'zero_denominator' | 'below_min_sample' | 'source_missing' | 'not_additive' | 'not_defined_yet' | null
  numerator: number | null
  denominator: number | null
  finality: 'provisional' | 'final' | null
  coverage: number | null
  revision: number | null
  definition_version: number | null
}
export interface Explained {
  metric: string
  unit: string
  currency?: string
  window: string
  timezone: string
  current: ExplainedSide
  baseline: ExplainedSide
  /**
   * current less baseline; of a percentage, in points
   */
  change: number | null
  /**
   * of what counts or adds up: the change per 100 of the baseline
   */
  change_pct: number | null
  /**
   * the dimension that the parts split by
   */
  by: string | null
  /**
   * of a ratio: what its two parts contributed; they add up to the change
   */
  inputs: ExplainedPart[]
  /**
   * they add up to the change
   */
  parts: ExplainedPart[]
  /**
   * what the parts leave unexplained: rounding only
   */
  residual: number
  /**
   * why the parts do not split by the dimension
   */
  unsplit: string | null
  /**
   * of the two days, after the first
   */
  revisions: {
    revision: number
    /**
     * when it was computed
     */
    at: string
    /**
     * null for the first; `settled` where nothing but finality or coverage changed
     */
    cause: 'late_data' | 'backfill' | 'remap' | 'identity' | 'definition' | 'correction' | 'settled' | null
    finality: 'provisional' | 'final'
    changed_metrics: string[]
    date: string
  }[]
  /**
   * why the comparison may mean less than it seems
   */
  cautions: string[]
  /**
   * noted for the days from the earlier to the later one
   */
  annotations: Annotation[]
  /**
   * the same in plain words
   */
  sentence: string
}
export interface ExplainedSide {
  date: string
  value: number | null
  null_reason?:
    'no_data' | 'zero_denominator' | 'below_min_sample' | 'source_missing' | 'not_additive' | 'not_defined_yet'
  numerator?: number | null
  denominator?: number | null
  finality: 'provisional' | 'final'
  coverage: number
  revision: number
  definition_version: number
}
export interface ExplainedPart {
  kind: 'input' | 'segment_mix' | 'segment_rate' | 'missing_data' | 'revision' | 'definition'
  /**
   * the input, segment or source
   */
  key: string
  /**
   * of the unit of the change
   */
  contribution: number
}
export interface Annotation {
  id: string
  date_from: string
  /**
   * included
   */
  date_to: string
  title: string
  text: string | null
  tags: string[]
  url: string | null
  channel:
    | 'web'
    | 'social'
    | 'email'
    | 'messaging'
    | 'support'
    | 'chat'
    | 'phone'
    | 'survey'
    | 'review'
    | 'referral'
    | 'community'
    | 'commerce'
    | 'in_person'
    | null
  /**
   * name of the key that it was added with
   */
  created_by: string
  created_at: string
}
export interface Snapshot {
  date: string
  timezone: string
  /**
   * whose values these are, where one was asked for; else they are of the whole
   */
  segment?: string
  revision: number
  finality: 'provisional' | 'final'
  /**
   * first day on which it can be final; null if it is
   */
  final_on: string | null
  computed_at: string
  metrics: {
    [k: string]: {
      unit: string
      currency?: string
      definition_version: number
      windows: {
        [k: string]: {
          /**
           * money in minor units; null is "no data", never zero
           */
          value: number | null
          /**
           * why `value` is null
           */
          null_reason?:
            'no_data' | 'zero_denominator' | 'below_min_sample' | 'source_missing' | 'not_additive' | 'not_defined_yet'
          numerator?: number | null
          denominator?: number | null
          /**
           * true where there are too few cases to act on a change
           */
          low_sample?: boolean
          finality: 'provisional' | 'final'
          /**
           * share of the days and streams it rests on that have been read
           */
          coverage: number
          /**
           * by dimension, then by its value
           */
          by?: {
            [k: string]: {
              [k: string]: {
                /**
                 * money in minor units; null is "no data", never zero
                 */
                value: number | null
                /**
                 * why `value` is null
                 */
                null_reason?:
                  | 'no_data'
                  | 'zero_denominator'
                  | 'below_min_sample'
                  | 'source_missing'
                  | 'not_additive'
                  | 'not_defined_yet'
                numerator?: number | null
                denominator?: number | null
              }
            }
          }
        }
      }
    }
  }
  sources: {
    id: string
    status: 'ok' | 'late' | 'missing' | 'failed'
    data_through: string | null
    rows: number
    digest: string
    /**
     * people that it had told of by the day, and how many of them another source had told of too; absent where it names nobody, or no other does
     */
    people?: {
      named: number
      matched: number
    }
  }[]
  warnings: {
    code: string
    source?: string
    stream?: string
    effect?: string
    message?: string
  }[]
}
export interface Revisions {
  date: string
  timezone: string
  /**
   * oldest first
   */
  revisions: Revision[]
}
export interface Revision {
  revision: number
  /**
   * when it was computed
   */
  at: string
  /**
   * null for the first; `settled` where nothing but finality or coverage changed
   */
  cause: 'late_data' | 'backfill' | 'remap' | 'identity' | 'definition' | 'correction' | 'settled' | null
  finality: 'provisional' | 'final'
  changed_metrics: string[]
}
export interface Cohorts {
  period: 'week' | 'month'
  timezone: string
  /**
   * what makes somebody count as retained
   */
  regime: 'contractual' | 'inactivity'
  /**
   * `inactivity` only; cohorts look at whole periods instead
   */
  inactive_days?: number
  /**
   * in plain words
   */
  definition: string
  /**
   * first day of the first cohort
   */
  from: string
  /**
   * first day of the last cohort, which is included
   */
  to: string
  /**
   * first day of each cohort's week or month; columns below: index = position here
   */
  cohorts: string[]
  /**
   * persons whose first time as a customer began in it
   */
  size: (number | null)[]
  size_null_reason: (
    'no_data' | 'zero_denominator' | 'below_min_sample' | 'source_missing' | 'not_additive' | 'not_defined_yet' | null
  )[]
  /**
   * null where the cohort was not computed
   */
  size_finality: ('provisional' | 'final' | null)[]
  size_coverage: (number | null)[]
  /**
   * by age: index 0 is their own period; a period that has not ended has no entry
   */
  retained: (number | null)[][]
  /**
   * retained ÷ size × 100
   */
  rate: (number | null)[][]
  /**
   * why the rate is null
   */
  null_reason: (
    'no_data' | 'zero_denominator' | 'below_min_sample' | 'source_missing' | 'not_additive' | 'not_defined_yet' | null
  )[][]
  finality: ('provisional' | 'final')[][]
  /**
   * share of what the number rests on that has been read
   */
  coverage: number[][]
  revision: (number | null)[]
  computed_at: (string | null)[]
  /**
   * when a number that had been final last changed
   */
  corrected_at: (string | null)[]
}
export interface NewAnnotation {
  /**
   * first day
   */
  date_from: string
  /**
   * last day, included; `date_from` if absent
   */
  date_to?: string | null
  title: string
  text?: string | null
  /**
   * @maxItems 20
   */
  tags?: string[] | null
  url?: string | null
  /**
   * where it took place, if in one channel
   */
  channel?:
    | 'web'
    | 'social'
    | 'email'
    | 'messaging'
    | 'support'
    | 'chat'
    | 'phone'
    | 'survey'
    | 'review'
    | 'referral'
    | 'community'
    | 'commerce'
    | 'in_person'
    | null
}
export interface Annotations {
  /**
   * in the order of their first days
   */
  annotations: Annotation[]
  /**
   * for the next page; null on the last
   */
  next_cursor: string | null
}
export interface DeletedAnnotation {
  /**
   * id of the annotation
   */
  deleted: string
}
export interface Effect {
  annotation: Annotation
  metric: string
  unit: string
  currency?: string
  window: string
  timezone: string
  /**
   * the channel that is looked at; null for all of the metric
   */
  channel: string | null
  before: EffectPeriod
  during: EffectPeriod
  after: EffectPeriod
  during_minus_before: EffectDifference
  after_minus_before: EffectDifference
  /**
   * other annotations on the days that are compared
   */
  overlapping: Annotation[]
  /**
   * the same in plain words
   */
  sentence: string
}
export interface EffectPeriod {
  /**
   * those without a value too
   */
  dates: string[]
  /**
   * of the days that have a value
   */
  mean: number | null
  days_with_value: number
  /**
   * days with a value that may still change
   */
  provisional: number
  /**
   * days with a value that rests on less than all
   */
  partly_covered: number
}
export interface EffectDifference {
  /**
   * of the differences of days that have a value in both periods
   */
  mean: number | null
  /**
   * of that mean; null below two pairs
   */
  standard_error: number | null
  pairs: number
}
export interface Anomalies {
  date: string
  timezone: string
  /**
   * of the snapshot that was judged
   */
  revision: number
  finality: 'provisional' | 'final'
  unusual: number
  usual: number
  not_judged: number
  /**
   * every metric that has daily values
   */
  metrics: Judged[]
}
export interface Judged {
  metric: string
  unit: string
  currency?: string
  status: 'usual' | 'unusual' | 'not_judged'
  value: number | null
  /**
   * of the days it is compared with; null where it is not judged
   */
  median: number | null
  /**
   * robust standard deviations from the median; null where it is not judged, or all compared days were alike
   */
  deviations: number | null
  /**
   * from the median, per 100 of it; null where it is not judged
   */
  change_pct: number | null
  /**
   * `unusual` only: whether the change is for the better; null where neither way is
   */
  good: boolean | null
  /**
   * final days of the same weekday, definition and coverage, newest first
   */
  compared: string[]
  /**
   * why it is not judged
   */
  reason:
    | 'no_value'
    | 'source_late'
    | 'partly_covered'
    | 'provisional'
    | 'low_sample'
    | 'short_history'
    | 'mostly_zero'
    | null
  /**
   * `source_late` only: those that are
   */
  sources: {
    source: string
    status: 'late' | 'missing' | 'failed'
  }[]
  /**
   * the same in plain words
   */
  sentence: string
}
export interface Sources {
  timezone: string
  /**
   * what every reader of these numbers has to know; null if there is nothing
   */
  notice: string | null
  sources: Source[]
}
export interface Source {
  id: string
  /**
   * the vendor
   */
  name: string
  /**
   * of its worst stream
   */
  status: 'ok' | 'pending' | 'late' | 'held' | 'parked' | 'missing' | 'failed' | 'needs_reauth'
  /**
   * who brings it forward; `operator` before `author`, where streams differ
   */
  acts: 'nobody' | 'author' | 'operator'
  /**
   * how often it is collected: 'daily', 'hourly' or EventBridge's cron, by the reporting zone's clock; null if nobody sees to it
   */
  schedule: string | null
  /**
   * when the next run is due; null where nobody knows: it may be started by hand, or outside this process
   */
  next_run_at: string | null
  /**
   * the least of its streams that can be read yet; null if one has nothing
   */
  data_through: string | null
  /**
   * the earliest of its streams
   */
  expected_by: string | null
  /**
   * the most of its streams
   */
  settles_after_days: number
  /**
   * the earliest of its streams; null if one has never succeeded
   */
  last_success_at: string | null
  /**
   * what is left at the vendor; empty where no run has heard of any
   */
  quota: VendorQuota[]
  /**
   * when its token runs out, as `tidemark doctor` heard it last; null where it does not, or where nobody knows
   */
  credential_expires_at: string | null
  streams: {
    name: string
    /**
     * `ok`: all that is due was read, or was asked for and the vendor is not done with it; `pending`: only "now" can be read of it, and the first day it is read for has not ended yet; `late`: a day is due, and no run has asked for it: look whether runs start; `held`: far fewer rows came than are there: a later reading decides, or somebody accepts them; `parked`: the vendor kept a run waiting too long: the next run goes on from there; `missing`: was never read in full: it has to be collected; `failed`: the newest run failed: the code of its error says who acts; `needs_reauth`: the vendor refused the key, or a permission is missing: renew it, then run again
     */
    status: 'ok' | 'pending' | 'late' | 'held' | 'parked' | 'missing' | 'failed' | 'needs_reauth'
    /**
     * who brings it forward: `operator` runs this deployment, `author` wrote the source; with `nobody` it goes on by itself
     */
    acts: 'nobody' | 'author' | 'operator'
    /**
     * last day read; null before the first
     */
    data_through: string | null
    /**
     * instant from which the day after counts as late
     */
    expected_by: string | null
    /**
     * days until the vendor stops changing a day
     */
    settles_after_days: number
    /**
     * when the newest reading that succeeded ended; null before the first
     */
    last_success_at: string | null
    /**
     * records that the newest ended run could not read
     */
    rows_quarantined: number
    /**
     * the newest, running or not
     */
    last_run: {
      id: string
      status: 'ok' | 'empty' | 'failed' | 'held' | 'parked' | 'running' | 'duplicate' | 'accepted' | 'remapped'
      from: string
      to: string
      started: string
      ended: string | null
      records: number
      facts: number
      error: {
        code: string
        message: string
      } | null
      /**
       * 'waiting': why it stands still
       */
      warnings: {
        code: string
        message: string
      }[]
      /**
       * what is left at the vendor, or spent, where that is known
       */
      quota: {
        [k: string]: number
      } | null
    } | null
    /**
     * days not let in, because they hold far fewer rows than what they would replace
     */
    held: {
      date: string
      rows: number
      rows_before: number
      read: string
    }[]
  }[]
}
/**
 * null where the vendor does not say
 *
 */
export interface VendorQuota {
  /**
   * as the vendor calls it; `percent` is of its own limit, `spend_usd` money of a UTC day
   */
  name: string
  limit: number | null
  used: number | null
  remaining: number | null
  resets_at: string | null
  /**
   * when it was heard
   */
  as_of: string
}

export interface Client {
  /** Whether the API runs; needs no key */
  getHealth(): Promise<Health>
  /** What can be asked: metrics, windows and days */
  listMetrics(given?: {
    /** only the metrics of this group, as /v1/metrics names it */
    group?: string
    /** the most on one page */
    limit?: string
    /** `next_cursor` of the page before, with its other parameters unchanged; good for a day */
    cursor?: string
  }): Promise<Metrics>
  /** One metric: its definition, formula and versions */
  getMetric(given: {
    /** id of a metric, as listed by /v1/metrics */
    id: string
    /** only that version; all if absent */
    version?: string
  }): Promise<MetricDetail>
  /** One value with its proof: parts, definition, finality, coverage, inputs, warnings */
  getValue(given: {
    /** id of a metric, as listed by /v1/metrics */
    id: string
    /** the day; the newest with a snapshot if absent */
    date?: string
    /** the metric's shortest if absent */
    window?: string
    /** one part of the whole: a dimension and its value */
    segment?: string
    /** the value as it was known at that instant */
    as_of?: string
  }): Promise<Value>
  /** One metric over a range of days, every day (or week, month, quarter) present */
  getSeries(given: {
    /** id of a metric, as listed by /v1/metrics */
    id: string
    /** first day; 28 days up to `to` if absent */
    from?: string
    /** last day, included; the newest day with a snapshot if absent */
    to?: string
    /** trailing days that each point looks at; the metric's shortest if absent */
    window?: string
    /** the range to compare with: previous_period, previous_year, same_weekday_last_year or YYYY-MM-DD..YYYY-MM-DD */
    compare?: string
    /** weeks begin on Monday; a point is named by its first day, put together from the days of 1d */
    granularity?: 'day' | 'week' | 'month' | 'quarter'
    /** a dimension of the metric: adds the series of each of its values; at most 92 days */
    segment_by?: string
  }): Promise<SeriesInColumns>
  /** Why a metric changed between two days: parts that add up to the change */
  explainChange(given: {
    /** id of a metric, as listed by /v1/metrics */
    id: string
    /** the later day; the newest with a snapshot if absent */
    date?: string
    /** the earlier day: previous_period, previous_year, same_weekday or YYYY-MM-DD */
    against?: string
    /** the shortest of the metric if absent */
    window?: string
    /** the dimension to split by; `none` for none */
    by?: string
    /** take the earlier day as it was known at that instant */
    as_of?: string
  }): Promise<Explained>
  /** All metrics of one day, with their proof */
  getSnapshot(given: {
    /** a day in the reporting time zone */
    date: string
    /** only these metrics; all if absent */
    metrics?: string
    /** one part of the whole: a dimension and its value */
    segment?: string
    /** the snapshot as it was known at that instant; as it is known now if absent */
    as_of?: string
  }): Promise<Snapshot>
  /** Every revision of a day, and what caused it */
  listRevisions(given: {
    /** a day in the reporting time zone */
    date: string
  }): Promise<Revisions>
  /** Retention of those who joined in one week or month, by age; every cohort of the range present */
  getCohorts(given?: {
    /** ISO weeks, which begin on Monday, or calendar months */
    period?: 'week' | 'month'
    /** a day of the first cohort; 12 cohorts up to `to` if absent */
    from?: string
    /** a day of the last cohort, included; the newest that was computed if absent */
    to?: string
  }): Promise<Cohorts>
  /** Note what happened on some days */
  addAnnotation(given: {
    /** Of your own making, such as a UUID. Repeated with the same body within two days, the request answers the same and adds nothing; with another body it is refused. What failed is tried again. */
    'idempotency-key'?: string
    body: NewAnnotation
  }): Promise<Annotation>
  /** What happened on which days */
  listAnnotations(given?: {
    /** first day; only annotations that touch it or a later one */
    from?: string
    /** last day, included */
    to?: string
    /** only those with this tag */
    tag?: string
    /** the most on one page */
    limit?: string
    /** `next_cursor` of the page before, with its other parameters unchanged; good for a day */
    cursor?: string
  }): Promise<Annotations>
  /** Delete an annotation */
  deleteAnnotation(given: {
    /** id of an annotation, as listed by /v1/annotations */
    id: string
  }): Promise<DeletedAnnotation>
  /** What a metric was before, during and after, weekday by weekday */
  getEffect(given: {
    /** id of an annotation, as listed by /v1/annotations */
    id: string
    /** id of a metric, as listed by /v1/metrics */
    metric: string
    /** daily values only */
    window?: string
  }): Promise<Effect>
  /** Which metrics were unusual for their weekday, and which cannot be judged yet */
  listAnomalies(given?: {
    /** the day; the newest with a snapshot if absent */
    date?: string
  }): Promise<Anomalies>
  /** How fresh and complete each source is */
  listSources(): Promise<Sources>
  /** How fresh and complete one source is */
  getSource(given: {
    /** id of a source, as listed by /v1/sources */
    id: string
  }): Promise<Source>
  /** This document; needs no key */
  getOpenApi(): Promise<Record<string, unknown>>
}

export interface ClientOptions {
  /** Address of the deployment, with a slash at the end; `v1/…` follows. */
  baseUrl: string | URL
  /** Tells the key, each time anew. */
  key(): string
  /** @default the platform's */
  fetch?: typeof globalThis.fetch
}

/** What the API refused, or why it could not be reached. */
export declare class Refusal extends Error {
  constructor(status: number, message: string, problem: Problem | null)
  /** Of the answer; 0 where there was none. */
  status: number
  problem: Problem | null
}

/** A client of the API. It keeps no key: `key` is asked for each time. */
export declare function createClient(options: ClientOptions): Client
