import { useState } from 'preact/hooks'
import { useReader } from '../locale/reader.ts'
import { configText } from './config-text.ts'
import { indicatorText } from './indicator-text.ts'
import type { ShownScore } from './shown-score.ts'

export interface WhatIfProps extends ShownScore {
  /** The weights in use. */
  readonly stored: readonly number[]
  /** Those that the reader left it at: they hold still while one is being moved. */
  readonly settled: readonly number[]
  /** `done`: the reader let go of it, so that the address may tell it. */
  change(weights: readonly number[], done: boolean): void
}

/** Tries other weights on the numbers of a day. */
export function WhatIf({ indicators, weights, before, now, metrics, stored, settled, change }: WhatIfProps) {
  const reader = useReader()
  const { words, format } = reader
  const changed = weights.some((weight, i) => weight !== stored[i])
  const most = Math.max(10, ...stored.map((weight) => 2 * weight), ...settled)
  const set = (i: number, text: string, done: boolean) => {
    const weight = Number(text)
    if (text !== '' && Number.isFinite(weight) && weight >= 0) change(weights.with(i, weight), done)
  }
  const score = (value: number | null) => (value === null ? words.score.noScore : format.number(value))
  const difference = now.value !== null && before.value !== null ? now.value - before.value : null
  return (
    <section class="what-if">
      <h2>{words.score.whatIf}</h2>
      <p class="soft no-print">{words.score.whatIfWhy}</p>
      <div class="weights no-print">
        {indicators.map((one, i) => {
          const name = indicatorText(reader, one, metrics)
          return (
            <div key={one.name} class="weight">
              <span class="keyed">
                <span class="key">{format.number(i + 1)}</span> {name}
              </span>
              <input
                type="range"
                min={0}
                max={most}
                step={most / 40}
                value={weights[i]}
                aria-label={words.score.slider(name)}
                onInput={({ currentTarget }) => set(i, currentTarget.value, false)}
                onChange={({ currentTarget }) => set(i, currentTarget.value, true)}
              />
              <input
                type="number"
                min={0}
                step="any"
                value={weights[i]}
                dir="ltr"
                aria-label={words.score.weightOf(name)}
                onInput={({ currentTarget }) => set(i, currentTarget.value, false)}
                onChange={({ currentTarget }) => set(i, currentTarget.value, true)}
              />
            </div>
          )
        })}
      </div>
      <div class="outcome">
        <dl>
          <div>
            <dt>{words.score.inUse}</dt>
            <dd class="value">{score(before.value)}</dd>
          </div>
          <div>
            <dt>{words.score.yours}</dt>
            <dd class="value">
              <output>{score(now.value)}</output>
            </dd>
          </div>
        </dl>
        <p class="moved" role="status">
          {difference === null
            ? ''
            : Math.abs(difference) < 1e-9
              ? words.score.unchanged
              : words.change.points(format.difference(difference, { unit: 'score' }))}
        </p>
        <button type="button" class="no-print" disabled={!changed} onClick={() => change(stored, true)}>
          {words.score.reset}
        </button>
      </div>
      {changed && <Keep text={configText(indicators, weights)} />}
    </section>
  )
}

/** The weights as a config has them. */
function Keep({ text }: { text: string }) {
  const { words } = useReader()
  const [said, say] = useState<{ of: string; text: string } | null>(null)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      say({ of: text, text: words.score.copied })
    } catch {
      say({ of: text, text: words.score.notCopied })
    }
  }
  return (
    <>
      <h3>{words.score.config}</h3>
      <p class="soft">{words.score.configHow}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <pre class="code" dir="ltr" tabIndex={0}>
        <code>{text}</code>
      </pre>
      <p class="no-print">
        <button type="button" onClick={copy}>
          {words.score.copy}
        </button>{' '}
        <span role="status">{said?.of === text && said.text}</span>
      </p>
    </>
  )
}
