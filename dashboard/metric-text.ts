import type { Metric, SeriesInColumns } from './client.js'
import type { Reader } from './locale/reader.ts'

/** A metric's title in the reader's language, or else as the API has it. */
export const titleOf = ({ words }: Reader, { id, title }: Pick<Metric, 'id' | 'title'>): string =>
  words.metrics[id] ?? title

/** `7d` in words. */
export function windowText({ words, format }: Reader, window: string): string {
  if (window === 'all') return words.windows.all
  const days = Number.parseInt(window, 10)
  return words.windows.days(days, format.number(days))
}

/** Why a point of a series has no value; `revision` is null where no snapshot was computed. */
export function whyNull({ words }: Reader, reason: string | null | undefined, revision: number | null): string {
  if (revision === null) return words.noSnapshot
  return words.nullReasons[reason as keyof typeof words.nullReasons] ?? reason ?? ''
}

/** What the drawing of a series shows, in words. */
export function seriesLabel(reader: Reader, metric: Metric, { columns, window }: SeriesInColumns): string {
  const { words, format } = reader
  const known = columns.value.filter((value) => value !== null)
  const open = columns.finality.filter((one) => one === 'provisional').length
  const gaps = columns.value.length - known.length
  const [from = '', to = ''] = [columns.date[0], columns.date.at(-1)].map((day) => day && format.day(day))
  return [
    words.today.sparkline(titleOf(reader, metric), windowText(reader, window), from, to),
    known.length > 0
      ? words.today.between(format.value(Math.min(...known), metric), format.value(Math.max(...known), metric))
      : words.noData,
    open > 0 && words.today.daysProvisional(open, format.number(open)),
    gaps > 0 && words.today.daysWithout(gaps, format.number(gaps)),
  ]
    .filter(Boolean)
    .join('; ')
}
