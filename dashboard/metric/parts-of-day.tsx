import type { Metric, Snapshot } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { whyNull } from '../metric-text.ts'
import { ScrollTable } from '../scroll-table.tsx'
import { dimensionText, segmentText } from './names.ts'
import { partShares } from './part-shares.ts'

type Whole = Snapshot['metrics'][string]['windows'][string]
type Part = NonNullable<Whole['by']>[string][string]

export interface PartsOfDayProps {
  readonly metric: Metric
  readonly by: string
  readonly whole: Whole
  readonly parts: readonly (readonly [key: string, part: Part])[]
}

/** Parts of a value as bars in a table; their shares only where they add up. */
export function PartsOfDay({ metric, by, whole, parts }: PartsOfDayProps) {
  const reader = useReader()
  const { words, format } = reader
  const addsUp = metric.additive_over.includes('segment')
  const given = parts.map(([key, { value }]) => [key, value] as const)
  const { parts: shown, named } = partShares(given, whole.value, addsUp)
  const of = new Map(parts)
  const isRatio = parts.some(([, { denominator }]) => typeof denominator === 'number')
  const isMoney = metric.unit === 'money'
  const number = (value: number | null | undefined, ofMoney: boolean) =>
    typeof value !== 'number' ? '' : ofMoney ? format.value(value, metric, true) : format.number(value, true)
  const rows = shown.map(({ key, value, length, share }) => {
    const part = of.get(key)!
    return [
      <span key="name" dir="auto">
        {segmentText(reader, by, key)}
      </span>,
      <span key="bar" class="bar" aria-hidden="true">
        {length > 0 && <span style={{ inlineSize: `${length * 100}%` }} />}
      </span>,
      value === null ? (
        <span key="none" class="soft">
          {words.noData}: {whyNull(reader, part.null_reason, 0)}
        </span>
      ) : (
        format.value(value, metric)
      ),
      ...(named !== null ? [share === null ? '' : format.value(share * 100, { unit: 'percent' })] : []),
      ...(isRatio ? [number(part.numerator, isMoney), number(part.denominator, false)] : []),
    ]
  })
  const columns = [
    dimensionText(reader, by),
    <span key="bar" class="hidden">
      {words.metric.bar}
    </span>,
    words.today.value,
    ...(named !== null ? [words.metric.share] : []),
    ...(isRatio ? [words.proof.numerator, words.proof.denominator] : []),
  ]
  return (
    <>
      <div class="parts">
        <ScrollTable
          label={dimensionText(reader, by)}
          columns={columns}
          rows={rows}
          numbers={columns.map((_, i) => i).slice(2)}
        />
      </div>
      {!addsUp && <p class="soft small">{words.metric.partsDoNotAdd}</p>}
      {named !== null && named < 0.9995 && (
        <p class="soft small">{words.metric.partsMake(format.share(named), dimensionText(reader, by))}</p>
      )}
    </>
  )
}
