import { useReader } from '../locale/reader.ts'
import { indicatorText } from './indicator-text.ts'
import type { ShownScore } from './shown-score.ts'

/** Whether a standing is written below its own height: above there is no room, or the line of the score. */
const isWithin = (standing: number, lines: readonly number[]): boolean =>
  standing > 84 || lines.some((line) => line > standing - 2 && line < standing + 12)

/** Draws a score as what it is: widths are weights, heights are standings, the filled area is the score. */
export function Mosaic({ indicators, before, now, metrics }: ShownScore) {
  const reader = useReader()
  const { words, format } = reader
  if (now.value === null) return null
  const blocks = indicators.flatMap((indicator, i) => {
    const share = now.contributions[i]!.share
    return share === null || share === 0 ? [] : [{ ...indicator, share, key: format.number(i + 1) }]
  })
  const parts = blocks.map((one) =>
    words.score.mosaicPart(
      indicatorText(reader, one, metrics),
      format.number(Math.round(one.standing!)),
      format.share(one.share),
    ),
  )
  const moved = before.value !== null && Math.abs(before.value - now.value) > 1e-9
  const lines = moved ? [now.value, before.value!] : [now.value]
  const level = (value: number) => ({ insetBlockEnd: `${value}%` })
  return (
    <figure class="mosaic">
      <div class="plane" role="img" aria-label={words.score.mosaicLabel(format.number(now.value), format.list(parts))}>
        <div class="scale soft">
          {[0, 50, 100].map((value) => (
            <span key={value} style={level(value)}>
              {format.number(value)}
            </span>
          ))}
        </div>
        <div class="blocks" dir="ltr">
          {blocks.map(({ name, key, share, standing, finality }) => (
            <div
              key={name}
              class={finality === 'provisional' ? 'block provisional' : 'block'}
              style={{ flexGrow: share }}
            >
              <div class="fill" style={{ blockSize: `${standing}%` }} />
              <span class={isWithin(standing!, lines) ? 'at within' : 'at'} style={level(standing!)}>
                {format.number(Math.round(standing!))}
              </span>
              <span class="key">{key}</span>
            </div>
          ))}
          {moved && <div class="level before" style={level(before.value!)} />}
          <div class="level" style={level(now.value)} />
        </div>
      </div>
      <figcaption>
        {words.score.mosaic} {words.score.lineNow(format.number(now.value))}.
        {moved && ` ${words.score.lineBefore(format.number(before.value!))}.`}
        {blocks.some(({ finality }) => finality === 'provisional') && ` ${words.score.mosaicOpen}`}
      </figcaption>
    </figure>
  )
}
