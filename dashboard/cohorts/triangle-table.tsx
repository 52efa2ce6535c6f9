import type { Cohorts } from '../client.js'
import { type Reader, useReader } from '../locale/reader.ts'
import { whyNull } from '../metric-text.ts'
import { averagesOf, type Cell, type Cohort, cohortsOf } from './cohort.ts'

export interface TriangleTableProps {
  readonly answer: Cohorts
  readonly people: boolean
}

/** The triangle: a row for each cohort, a column for each age, shaded by how many were still there. */
export function TriangleTable({ answer, people }: TriangleTableProps) {
  const reader = useReader()
  const { words, format } = reader
  const cohorts = cohortsOf(answer)
  const averages = averagesOf(cohorts)
  const reasons = [...new Set(cohorts.flatMap(({ reason, cells }) => [reason, ...cells.map((cell) => cell.reason)]))]
  const notes = reasons.filter((reason) => reason !== null)
  const ages = averages.map((_, age) => age)
  const name = (first: string) =>
    answer.period === 'month'
      ? format.month(first)
      : answer.from.slice(0, 4) === answer.to.slice(0, 4)
        ? format.shortDay(first)
        : format.day(first)
  const corrected = cohorts.flatMap((cohort) => cohort.corrected ?? []).sort()
  const least = Math.min(
    ...cohorts
      .flatMap(({ size, coverage, cells }) => [
        ...(size === null ? [] : [coverage]),
        ...cells.filter(({ retained }) => retained !== null).map((cell) => cell.coverage),
      ])
      .map((coverage) => coverage ?? 1),
  )
  const open = cohorts.some(({ provisional, cells }) => provisional || cells.some((cell) => cell.provisional))
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <section class="scroll" tabIndex={0} aria-label={words.cohorts.title}>
        <table class="triangle">
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                {words.cohorts.cohort[answer.period]}
              </th>
              <th scope="col" rowSpan={2} class="number">
                {words.cohorts.size}
              </th>
              <th scope="colgroup" colSpan={Math.max(1, ages.length)}>
                {words.cohorts.age[answer.period]}
              </th>
            </tr>
            <tr>
              {ages.map((age) => (
                <th key={age} scope="col" class="number">
                  {format.number(age)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cohorts.map((cohort) => (
              <tr key={cohort.first}>
                <th scope="row">
                  {name(cohort.first)}
                  {cohort.corrected && <sup>†</sup>}
                </th>
                <SizeCell cohort={cohort} notes={notes} />
                {cohort.cells.map((cell, age) => (
                  <RateCell key={age} cell={cell} cohort={cohort} people={people} notes={notes} />
                ))}
                {cohort.cells.length < ages.length && (
                  <td colSpan={ages.length - cohort.cells.length}>
                    {cohort.size !== null && <span class="hidden">{words.cohorts.notYet}</span>}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
          {!people && averages.some((one) => one !== null) && (
            <tfoot>
              <tr>
                <th scope="row">{words.cohorts.average}</th>
                <td />
                {averages.map((one, age) => (
                  <td key={age} class="number" title={one ? averageText(one) : undefined}>
                    {one ? format.share(one.rate / 100) : '–'}
                    {one && <span class="hidden"> {averageText(one)}</span>}
                    {one && <Read coverage={one.coverage} />}
                  </td>
                ))}
              </tr>
            </tfoot>
          )}
        </table>
      </section>
      <ul class="legend marks-legend" aria-label={words.cohorts.legend}>
        {open && (
          <li>
            <span class="sample provisional" aria-hidden="true" /> {words.cohorts.provisional}
          </li>
        )}
        {notes.map((reason, i) => (
          <li key={reason}>
            <span aria-hidden="true">
              –<sup>{letter(i)}</sup>
            </span>{' '}
            {words.noData}: {whyNothing(reader, reason)}
          </li>
        ))}
        {least < 1 && <li>* {words.cohorts.partly(format.share(least))}</li>}
        {corrected.length > 0 && (
          <li>
            <sup>†</sup> {words.cohorts.corrected(format.instant(corrected.at(-1)!))}
          </li>
        )}
        {!people && averages.some((one) => one !== null) && <li>{words.cohorts.averageWhy}</li>}
      </ul>
    </>
  )

  function averageText({ retained, size, cohorts: n }: { retained: number; size: number; cohorts: number }): string {
    return `${words.cohorts.cell(format.number(retained), format.number(size))}, ${words.cohorts.averageOf(n, format.number(n))}`
  }
}

/** Names a reason in the cells that have it. */
const letter = (i: number) => String.fromCharCode(97 + i)

interface CellProps {
  readonly cohort: Cohort
  /** Why there may be no number, in the order of their letters. */
  readonly notes: readonly string[]
}

function SizeCell({ cohort: { size, reason, provisional, coverage }, notes }: CellProps) {
  const { format } = useReader()
  return (
    <td class={provisional ? 'number provisional' : 'number'}>
      {size === null ? <Nothing reason={reason} notes={notes} /> : format.number(size)}
      {size !== null && <Read coverage={coverage} />}
    </td>
  )
}

function RateCell({ cell, cohort, people, notes }: CellProps & { readonly cell: Cell; readonly people: boolean }) {
  const { words, format } = useReader()
  const { rate, retained, reason, provisional, coverage } = cell
  const shown = people ? retained : rate
  const of =
    retained !== null && cohort.size !== null
      ? words.cohorts.cell(format.number(retained), format.number(cohort.size))
      : undefined
  return (
    <td
      class={`number${rate === null ? '' : ' shaded'}${provisional ? ' provisional' : ''}`}
      style={{ '--rate': (rate ?? 0) / 100 }}
      title={[of, provisional && words.state.provisional].filter(Boolean).join('; ') || undefined}
    >
      {shown === null ? (
        <Nothing reason={reason} notes={notes} />
      ) : (
        <>
          {people ? format.number(shown) : format.share(shown / 100)}
          <span class="hidden">
            {of && !people && `, ${of}`}
            {provisional && `, ${words.state.provisional}`}
          </span>
          <Read coverage={coverage} />
        </>
      )}
    </td>
  )
}

const whyNothing = (reader: Reader, reason: string | null) =>
  reason === 'zero_denominator' ? reader.words.cohorts.nobody : whyNull(reader, reason ?? 'no_data', 1)

/** No number, and by its letter why. */
function Nothing({ reason, notes }: { reason: string | null; notes: readonly string[] }) {
  const reader = useReader()
  const why = whyNothing(reader, reason)
  return (
    <span class="soft" title={why}>
      <span aria-hidden="true">–{reason && <sup>{letter(notes.indexOf(reason))}</sup>}</span>
      <span class="hidden">
        {reader.words.noData}: {why}
      </span>
    </span>
  )
}

/** That a number rests on less than all. */
function Read({ coverage }: { coverage: number | null }) {
  const { words, format } = useReader()
  if (coverage === null || coverage >= 1) return null
  const text = words.state.ofData(format.share(coverage))
  return (
    <span title={text}>
      <span aria-hidden="true">*</span>
      <span class="hidden">, {text}</span>
    </span>
  )
}
