import { useReader } from '../locale/reader.ts'
import { sentence } from '../sentence.ts'
import { StateMark } from '../state-mark.tsx'
import type { SourceTrouble } from './troubles.ts'

export interface TroubleTextProps {
  readonly trouble: SourceTrouble
  /** How many streams the source has. */
  readonly all: number
}

const MOST_HELD = 5

/** What is the matter, what it does to the numbers, who acts, and what there is to do. */
export function TroubleText({ trouble, all }: TroubleTextProps) {
  const { words, format } = useReader()
  const { status, acts, streams, error, waits, commands } = trouble
  const step = (error && words.sources.stepsOf[error.code]) ?? words.sources.steps[status]
  const held = streams.flatMap(({ name, held: days }) => days.map((day) => ({ ...day, stream: name })))
  return (
    <div class="matter">
      <p>
        {all > 1 && (
          <>
            <strong>{format.list(streams.map(({ name }) => name))}</strong> <StateMark status={status} />{' '}
          </>
        )}
        {words.sourceStates[status]?.[1]}
      </p>
      <dl>
        {(error || waits.length > 0) && (
          <div>
            <dt>{words.sources.said}</dt>
            <dd>
              {error && (
                <p lang="en" dir="ltr">
                  {sentence(error.message)}
                </p>
              )}
              {waits.map((reason) => (
                <p key={reason} lang="en" dir="ltr">
                  {sentence(reason)}
                </p>
              ))}
            </dd>
          </div>
        )}
        <div>
          <dt>{words.sources.meaning}</dt>
          <dd>{words.sources.effects[status]}</dd>
        </div>
        <div>
          <dt>{words.sources.who}</dt>
          <dd>{words.sources.actors[acts]}</dd>
        </div>
        <div>
          <dt>{words.sources.todo}</dt>
          <dd>
            {held.length > 0 && (
              <ul>
                {held.slice(0, MOST_HELD).map(({ date, rows, rows_before: before, stream }) => (
                  <li key={`${stream} ${date}`}>
                    {words.sources.held(format.day(date), format.number(rows), format.number(before))}
                  </li>
                ))}
                {held.length > MOST_HELD && (
                  <li>{words.sources.heldMore(held.length - MOST_HELD, format.number(held.length - MOST_HELD))}</li>
                )}
              </ul>
            )}
            <p>{status === 'held' ? words.sources.heldWhy : step}</p>
            {commands.map((command) => (
              <code key={command} class="command" dir="ltr">
                {command}
              </code>
            ))}
          </dd>
        </div>
      </dl>
    </div>
  )
}
