import type { ComponentChildren } from 'preact'
import { useReader } from '../locale/reader.ts'
import { type Bar, waterfallBars } from './waterfall-bars.ts'

export interface WaterfallPart {
  readonly name: string
  /** What kind of part it is, in words. */
  readonly kind: string
  readonly contribution: number
  /** The contribution as it is written. */
  readonly text: string
  readonly tone: '' | 'good' | 'bad' | 'caution'
}

export interface WaterfallProps {
  readonly label: string
  readonly baseline: { readonly name: string; readonly value: number; readonly text: string }
  readonly parts: readonly WaterfallPart[]
  readonly current: { readonly name: string; readonly value: number; readonly text: string }
}

/** How a value became another: a bar for each part, beginning where the one before ended. It is a table with bars. */
export function Waterfall({ label, baseline, parts, current }: WaterfallProps) {
  const { words } = useReader()
  const w = words.metric.waterfall
  const bars = waterfallBars(
    baseline.value,
    parts.map(({ contribution }) => contribution),
    current.value,
  )
  const cut = bars.zero === null ? 'cut' : ''
  return (
    <div class="waterfall">
      <table aria-label={label}>
        <thead class="hidden">
          <tr>
            <th scope="col">{w.part}</th>
            <th scope="col">{words.metric.bar}</th>
            <th scope="col">{w.contribution}</th>
          </tr>
        </thead>
        <tbody>
          <Row class="whole" name={baseline.name} bar={bars.baseline} kind={cut} text={baseline.text} />
          {parts.map(({ name, kind, text, tone }, i) => (
            <Row
              key={`${kind} ${name}`}
              name={
                <>
                  <span dir="auto">{name}</span> <span class="soft small">{kind}</span>
                </>
              }
              bar={bars.parts[i]!}
              kind={tone}
              text={text}
            />
          ))}
          <Row class="whole" name={current.name} bar={bars.current} kind={cut} text={current.text} />
        </tbody>
      </table>
      {bars.zero === null && <p class="soft small">{w.cut}</p>}
    </div>
  )
}

interface RowProps {
  readonly name: ComponentChildren
  readonly bar: Bar
  readonly kind: string
  readonly text: string
  readonly class?: string
}

function Row({ name, bar: { from, to }, kind, text, class: of = '' }: RowProps) {
  return (
    <tr class={of}>
      <th scope="row">{name}</th>
      <td aria-hidden="true">
        <span class="track" dir="ltr">
          <span class={`step ${kind}`} style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }} />
        </span>
      </td>
      <td class="number">{text}</td>
    </tr>
  )
}
