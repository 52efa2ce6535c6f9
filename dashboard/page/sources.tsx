import { useReader } from '../locale/reader.ts'
import { lastDayIn } from '../sources/days-read.ts'
import { sortSources, urgencies } from '../sources/sort-sources.ts'
import { SourceCard } from '../sources/source-card.tsx'
import { Trouble } from '../trouble.tsx'
import { useAnswer } from '../use-answer.ts'
import type { PageProps } from './page-props.ts'

/** How each source is, what that means for the numbers, and who does what about it. */
export function Sources({ catalogue }: PageProps) {
  const { words, format } = useReader()
  const { data, refusal } = useAnswer('listSources', {})
  const all = data?.sources ?? []
  const sorted = sortSources(all)
  const acting = sorted.needAct.length
  const unwell = acting + sorted.goOn.length
  const lastDay = data && lastDayIn(data.timezone, new Date())
  return (
    <>
      <h1>{words.sources.title}</h1>
      {refusal?.status === 403 && <p class="about">{words.sources.forbidden}</p>}
      {refusal && <Trouble refusal={refusal} />}
      {!data && !refusal && (
        <p class="soft" role="status">
          {words.frame.loading}
        </p>
      )}
      {data && (
        <p class="about" role="status">
          {unwell === 0
            ? words.sources.allWell(all.length, format.number(all.length))
            : `${words.sources.unwell(unwell, format.number(all.length), format.number(unwell))} ${
                acting === 0 ? words.sources.nobodyActs : words.sources.someoneActs(acting, format.number(acting))
              }`}
        </p>
      )}
      {lastDay &&
        urgencies.map(
          (urgency) =>
            sorted[urgency].length > 0 && (
              <section key={urgency}>
                <h2>{words.sources[urgency]}</h2>
                {sorted[urgency].map((source) => (
                  <SourceCard
                    key={source.id}
                    source={source}
                    catalogue={catalogue}
                    lastDay={lastDay}
                    open={urgency !== 'well'}
                  />
                ))}
              </section>
            ),
        )}
      {data && <p class="legend">{words.sources.timelineKey}</p>}
    </>
  )
}
