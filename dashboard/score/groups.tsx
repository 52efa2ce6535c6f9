import { useReader } from '../locale/reader.ts'
import { ScrollTable } from '../scroll-table.tsx'
import { indicatorText } from './indicator-text.ts'
import type { ShownScore } from './shown-score.ts'

/** The score of each engagement type and pillar that an indicator names. */
export function Groups({ indicators, before, now, metrics }: ShownScore) {
  const reader = useReader()
  const { words, format } = reader
  const text = (value: number | null | undefined) => (value == null ? words.noData : format.number(value))
  const rows = (['engagement', 'pillar'] as const).flatMap((dimension) =>
    [...before.by[dimension]].map(([group, value]) => ({ dimension, group, value })),
  )
  if (rows.length === 0) return null
  const moved = before !== now && rows.some(({ dimension, group, value }) => now.by[dimension].get(group) !== value)
  return (
    <>
      <h2>{words.score.groups}</h2>
      <ScrollTable
        label={words.score.groups}
        columns={[
          words.score.group,
          words.score.kind,
          words.score.groupScore,
          ...(moved ? [words.score.groupNew] : []),
          words.score.indicators,
        ]}
        numbers={moved ? [2, 3] : [2]}
        rows={rows.map(({ dimension, group, value }) => [
          words.score[dimension][group] ?? group,
          dimension === 'engagement' ? words.score.byEngagement : words.score.byPillar,
          text(value),
          ...(moved ? [text(now.by[dimension].get(group))] : []),
          <span key="of" class="names soft">
            {format.list(
              indicators.filter((one) => one[dimension] === group).map((one) => indicatorText(reader, one, metrics)),
            )}
          </span>,
        ])}
      />
    </>
  )
}
