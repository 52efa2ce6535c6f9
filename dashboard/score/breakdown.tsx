import { useReader } from '../locale/reader.ts'
import { Marks } from '../marks.tsx'
import { whyNull } from '../metric-text.ts'
import { hashOf } from '../route.ts'
import { ScrollTable } from '../scroll-table.tsx'
import type { Indicator } from './indicator.ts'
import { indicatorText } from './indicator-text.ts'
import type { ShownScore } from './shown-score.ts'

/** Every indicator with how it becomes points of the score. */
export function Breakdown({ indicators, weights, now, metrics }: ShownScore) {
  const reader = useReader()
  const { words, format } = reader
  const missing = indicators.flatMap((one, i) => (one.standing === null && weights[i]! > 0 ? [{ one, i }] : []))
  const unitOf = (one: Indicator) => metrics.find(({ id }) => id === one.metric) ?? { unit: 'count' }
  const rows = indicators.map((one, i) => {
    const { own, share, points } = now.contributions[i]!
    const extra = share === null ? 0 : share - own
    return [
      <span key="name" class="keyed">
        <span class="key">{format.number(i + 1)}</span>
        <a href={hashOf({ page: 'metric', id: one.metric, query: { window: one.window } })}>
          {indicatorText(reader, one, metrics)}
        </a>
      </span>,
      one.value === null ? (
        <span key="value" class="soft">
          {words.noData}: {whyNull(reader, one.null_reason, 1)}
        </span>
      ) : (
        format.value(one.value, unitOf(one))
      ),
      words.score.rangeText(format.value(one.floor, unitOf(one)), format.value(one.target, unitOf(one))),
      one.standing === null ? '–' : format.number(Math.round(one.standing * 10) / 10),
      format.number(weights[i]!),
      weights[i] === 0 ? (
        words.score.leftOut
      ) : share === null ? (
        <span key="share" class="soft">
          {words.score.givenAway(format.share(own))}
        </span>
      ) : (
        <span key="share">
          {format.share(share)}
          {extra > 1e-9 && <span class="soft small">{words.score.sharedIn(format.share(extra))}</span>}
        </span>
      ),
      points === null ? (
        '–'
      ) : (
        <span key="points">
          <strong>{format.number(points)}</strong>
          <span class="soft small">{words.score.outOf(format.number(share! * 100))}</span>
        </span>
      ),
      <span key="marks" class="marks">
        <Marks value={one.value} finality={one.finality} coverage={one.coverage} />
      </span>,
    ]
  })
  const { indicator, value, range, standing, weight, share, contribution, together } = words.score
  const total = weights.reduce((sum, one) => sum + one, 0)
  return (
    <>
      {missing.length > 0 && (
        <p class="sources-line unwell" role="note">
          {words.score.missing(
            missing.length,
            format.list(missing.map(({ one }) => indicatorText(reader, one, metrics))),
            format.share(missing.reduce((sum, { i }) => sum + now.contributions[i]!.own, 0)),
          )}
        </p>
      )}
      <ScrollTable
        label={words.score.madeOf}
        columns={[indicator, value, range, standing, weight, share, contribution, words.proof.state]}
        numbers={[1, 3, 4, 5, 6]}
        rows={[
          ...rows,
          [
            <strong key="together">{together}</strong>,
            '',
            '',
            '',
            format.number(total),
            now.value === null ? '–' : format.share(1),
            <strong key="value">{now.value === null ? words.noData : format.number(now.value)}</strong>,
            '',
          ],
        ]}
      />
    </>
  )
}
