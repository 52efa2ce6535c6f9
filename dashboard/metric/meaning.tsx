import type { Metric } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { useAnswer } from '../use-answer.ts'

/** What a metric means, and what it has meant before. */
export function Meaning({ metric }: { metric: Metric }) {
  const { words, format } = useReader()
  const { data } = useAnswer('getMetric', metric.definition_version > 1 ? { id: metric.id } : null)
  return (
    <>
      <p class="definition" lang="en" dir="ltr">
        {metric.definition}
      </p>
      {data && (
        <details class="fold">
          <summary>{words.metric.versions}</summary>
          <ul>
            {data.versions.map(({ version, valid_from: from, change }) => (
              <li key={version}>
                {words.proof.version(format.number(version))}
                {from && `, ${words.metric.validFrom(format.day(from))}`}
                {change && (
                  <span lang="en" dir="ltr">
                    : {change}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}
