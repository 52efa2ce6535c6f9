import { TriangleTable } from '../cohorts/triangle-table.tsx'
import { useReader } from '../locale/reader.ts'
import { Trouble } from '../trouble.tsx'
import { useAnswer } from '../use-answer.ts'
import type { PageProps } from './page-props.ts'

/** How many of those who joined in one week or month were still there later. */
export function Cohorts({ route: { query }, show }: PageProps) {
  const { words } = useReader()
  const period = query.period === 'month' ? 'month' : 'week'
  const people = query.show === 'people'
  const { data, refusal } = useAnswer('getCohorts', {
    period,
    ...(query.from && { from: query.from }),
    ...(query.to && { to: query.to }),
  })
  return (
    <>
      <div class="title">
        <h1>{words.cohorts.title}</h1>
        <div class="controls no-print">
          <Choice
            name="period"
            legend={words.cohorts.period}
            values={{ week: words.cohorts.week, month: words.cohorts.month }}
            chosen={period}
            choose={(one) => show({ period: one === 'week' ? '' : one, from: '', to: '' })}
          />
          <Choice
            name="shown"
            legend={words.cohorts.shown}
            values={{ rates: words.cohorts.rates, people: words.cohorts.people }}
            chosen={people ? 'people' : 'rates'}
            choose={(one) => show({ show: one === 'people' ? one : '' })}
          />
        </div>
      </div>
      <div class="controls no-print">
        {(['from', 'to'] as const).map((end) => (
          <label key={end} class="field">
            {words.cohorts[end]}
            <input
              type="date"
              value={query[end] ?? data?.[end] ?? ''}
              onChange={({ currentTarget: { value } }) => show({ [end]: value })}
            />
          </label>
        ))}
        {(query.from || query.to) && (
          <button type="button" onClick={() => show({ from: '', to: '' })}>
            {words.cohorts.newest}
          </button>
        )}
      </div>
      {refusal && <Trouble refusal={refusal} />}
      {!data && !refusal && (
        <p class="soft" role="status">
          {words.frame.loading}
        </p>
      )}
      {data?.size.every((size) => size === null) && (
        <section class="empty">
          <p>{words.cohorts.empty}</p>
          <p class="soft">{words.cohorts.emptyWhatToDo}</p>
        </section>
      )}
      {data?.size.some((size) => size !== null) && (
        <>
          <p class="about">
            {words.cohorts.howToRead[period]} {words.cohorts.regime[data.regime]}
          </p>
          <p class="about soft" lang="en" dir="ltr">
            {data.definition}
          </p>
          <TriangleTable answer={data} people={people} />
        </>
      )}
    </>
  )
}

interface ChoiceProps<Value extends string> {
  readonly name: string
  readonly legend: string
  readonly values: Readonly<Record<Value, string>>
  readonly chosen: Value
  choose(value: Value): void
}

function Choice<Value extends string>({ name, legend, values, chosen, choose }: ChoiceProps<Value>) {
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      {Object.entries<string>(values).map(([value, text]) => (
        <label key={value}>
          <input
            type="radio"
            name={name}
            value={value}
            checked={value === chosen}
            onChange={() => choose(value as Value)}
          />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  )
}
