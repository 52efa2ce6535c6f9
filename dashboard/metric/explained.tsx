import { Waterfall, type WaterfallPart } from '../chart/waterfall.tsx'
import type { ExplainedPart, Explained as Explaining, Metric } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { Marks } from '../marks.tsx'
import { titleOf, whyNull } from '../metric-text.ts'
import { ScrollTable } from '../scroll-table.tsx'
import { sentence } from '../sentence.ts'
import { differenceText, dimensionText, partText, toneOf } from './names.ts'

/** An explained change: the parts that add up to it, and what to know before believing it. */
export function Explained({ metric, explained }: { metric: Metric; explained: Explaining }) {
  const reader = useReader()
  const { words, format } = reader
  const w = words.metric
  const { baseline, current, change, change_pct: percent, by, cautions, revisions, annotations } = explained
  return (
    <div class="card explained">
      {change === null || baseline.value === null || current.value === null ? (
        <NoChange explained={explained} />
      ) : (
        <>
          <p class="explained-change">
            <strong class={`moved ${isOpen(explained) ? '' : toneOf(metric, change)}`}>
              {percent === null ? differenceText(reader, metric, change) : format.change(percent)}
            </strong>{' '}
            {w.summary.fromTo(format.value(baseline.value, metric), format.value(current.value, metric))}{' '}
            {isOpen(explained) && <span class="mark provisional">{words.state.provisional}</span>}
          </p>
          <p lang="en" dir="ltr" class="soft">
            {explained.sentence}
          </p>
          {by !== null && <h3>{w.partsBy(dimensionText(reader, by))}</h3>}
          <Parts metric={metric} explained={explained} />
          {explained.unsplit && (
            <p class="soft small">
              {w.unsplit} <span lang="en">{sentence(explained.unsplit)}</span>
            </p>
          )}
          {explained.inputs.length > 0 && <Inputs metric={metric} explained={explained} />}
        </>
      )}
      {cautions.length > 0 && (
        <>
          <h3>{w.cautions}</h3>
          <ul class="cautions" lang="en" dir="ltr">
            {cautions.map((caution) => (
              <li key={caution}>{sentence(caution)}</li>
            ))}
          </ul>
        </>
      )}
      {revisions.length > 0 && (
        <>
          <h3>{w.revisionsBetween}</h3>
          <ScrollTable
            label={w.revisionsBetween}
            columns={[words.proof.day, words.proof.revision, words.proof.at, words.proof.cause, words.proof.state]}
            rows={revisions.map(({ date, revision, at, cause, finality }) => [
              format.day(date),
              format.number(revision),
              format.instant(at),
              words.causes[cause ?? 'first'],
              words.state[finality],
            ])}
          />
        </>
      )}
      {annotations.length > 0 && (
        <>
          <h3>{w.notedBetween}</h3>
          <ul>
            {annotations.map(({ id, title, date_from: from, date_to: to }) => (
              <li key={id}>
                <span dir="auto">{title}</span>{' '}
                <span class="soft">{from === to ? format.day(from) : `${format.day(from)} – ${format.day(to)}`}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

/** Whether one of the days can still change: then nobody can say yet what is better. */
const isOpen = ({ baseline, current }: Explaining): boolean =>
  [baseline, current].some(({ finality }) => finality === 'provisional')

/** Says which of the two days has no value, and why. */
function NoChange({ explained: { baseline, current } }: { explained: Explaining }) {
  const reader = useReader()
  const { words, format } = reader
  return (
    <>
      <p>{words.metric.noChange}</p>
      <ul>
        {[baseline, current]
          .filter(({ value }) => value === null)
          .map(({ date, null_reason: reason, revision }) => (
            <li key={date}>
              {format.day(date)}: {words.noData}, {whyNull(reader, reason ?? 'no_data', revision)}
            </li>
          ))}
      </ul>
    </>
  )
}

/** Parts that say nothing of the world: data, revisions, definitions. */
const NOT_REAL: readonly ExplainedPart['kind'][] = ['missing_data', 'revision', 'definition']

function Parts({ metric, explained }: { metric: Metric; explained: Explaining }) {
  const { baseline, current, parts, by, sentence: label } = explained
  const reader = useReader()
  const { words, format } = reader
  // Where no share changed, a part can only have changed itself.
  const isPlain = !parts.some(({ kind }) => kind === 'segment_mix')
  const isKept = ({ contribution }: ExplainedPart) => contribution !== 0
  const shown = parts.filter(isKept).sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
  const names = (of: readonly ExplainedPart[]) => new Set(of.map((part) => partText(reader, part, by).name))
  const still = [...names(parts)].filter((name) => !names(shown).has(name))
  const side = ({ date, value }: { date: string; value: number | null }) => ({
    name: format.day(date),
    value: value!,
    text: format.value(value!, metric),
  })
  return (
    <>
      <Waterfall
        label={`${titleOf(reader, metric)}: ${label}`}
        baseline={side(baseline)}
        current={side(current)}
        parts={shown.map(
          (part): WaterfallPart => ({
            ...partText(reader, part, by),
            contribution: part.contribution,
            text: differenceText(reader, metric, part.contribution),
            kind: isPlain && part.kind === 'segment_rate' ? '' : words.metric.partKinds[part.kind],
            tone: NOT_REAL.includes(part.kind) ? 'caution' : isOpen(explained) ? '' : toneOf(metric, part.contribution),
          }),
        )}
      />
      {still.length > 0 && <p class="soft small">{words.metric.unchanged(format.list(still))}</p>}
    </>
  )
}

const isMarked = ({ finality, coverage }: Explaining['current']) => finality === 'provisional' || coverage < 1

/** The two parts of a ratio on both days, and what each did to it. */
function Inputs({ metric, explained: { baseline, current, inputs } }: { metric: Metric; explained: Explaining }) {
  const reader = useReader()
  const { words, format } = reader
  const part = (value: number | null | undefined, key: string) =>
    typeof value !== 'number'
      ? words.noData
      : metric.unit === 'money' && key === 'numerator'
        ? format.value(value, metric, true)
        : format.number(value, true)
  return (
    <>
      <h3>{words.metric.inputs}</h3>
      <ScrollTable
        label={words.metric.inputs}
        columns={[
          words.metric.waterfall.part,
          format.shortDay(baseline.date),
          format.shortDay(current.date),
          words.metric.waterfall.contribution,
        ]}
        numbers={[1, 2, 3]}
        rows={inputs.map(({ kind, key, contribution }) => [
          partText(reader, { kind, key }, null).name,
          part(baseline[key as 'numerator' | 'denominator'], key),
          part(current[key as 'numerator' | 'denominator'], key),
          differenceText(reader, metric, contribution),
        ])}
      />
      <p class="marks">
        {[baseline, current].filter(isMarked).map((side) => (
          <span key={side.date} class="soft small">
            {format.shortDay(side.date)} <Marks {...side} />
          </span>
        ))}
      </p>
    </>
  )
}
