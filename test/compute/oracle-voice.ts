import type { Row } from './oracle-counters.ts'
import type { Known } from './oracle-facts.ts'
import {
  type By,
  type Expected,
  figure,
  firsts,
  inside,
  lengthOf,
  named,
  rate,
  type Subject,
  sumOf,
  unknown,
  unknownRate,
  type Window,
} from './oracle-values.ts'

/** What an answer is worth; undefined where its scale has no accepted reading. */
type Reading = (value: number, scale: string) => number | undefined

const TOP: Readonly<Record<string, number>> = { '0,1': 1, '1,3': 3, '1,4': 3, '1,5': 4, '1,7': 6, '0,10': 9 }
const on = (wanted: string, read: (value: number) => number): Reading => {
  const [low, high] = wanted.split(',').map(Number) as [number, number]
  return (value, scale) => (scale === wanted && value >= low && value <= high ? read(value) : undefined)
}

const recommends: Reading = (value, scale) =>
  Number.isInteger(value) ? on('0,10', (one) => (one >= 9 ? 1 : one <= 6 ? -1 : 0))(value, scale) : undefined
const satisfied: Reading = (value, scale) =>
  TOP[scale] === undefined ? undefined : on(scale, (one) => (one >= TOP[scale]! ? 1 : 0))(value, scale)

/** Metrics of what people say. */
export function voiceMetrics({ rows, has, dayOf }: Known): Subject {
  const answers = rows('responses').map((row): Row & { day: string } => ({
    ...row,
    id: [row.id, row.survey, row.subject].join(' '),
    day: dayOf(row.at),
    subject: row.subject ?? 'unknown',
  }))
  type Answer = (typeof answers)[number]
  const names = {
    source: ({ source }: Answer) => source,
    subject: ({ subject }: Answer) => String(subject),
    survey: ({ survey }: Answer) => String(survey),
  }
  const isKnown = has('responses')
  const mean = (
    survey: string,
    read: Reading,
    { per = 1, by = ['source'] as ('source' | 'subject')[], few = 0 },
  ): Subject[string] => {
    const worth = (row: Answer) => read(Number(row.value), String(row.scale))
    const valid = answers.filter((row) => row.survey === survey && worth(row) !== undefined)
    const ids = firsts(valid, ({ day }) => day, names)
    return (day: string, window: Window): Expected => {
      if (!isKnown) return unknownRate()
      const within = inside(day, window)
      const found = rate({
        above: valid.filter((one) => within(one.day)),
        top: (list) => sumOf(list, (one) => worth(one)!),
        below: ids.filter((one) => within(one.day)),
        bottom: lengthOf,
        per,
        by: Object.fromEntries(by.map((name) => [name, [names[name], named(name)] as const])),
      })
      return found.denominator! < few ? { ...found, low_sample: true } : found
    }
  }
  const counted = (list: readonly Answer[], by: readonly ('source' | 'survey')[]): Subject[string] => {
    const split: By<Answer> = Object.fromEntries(by.map((name) => [name, names[name] as (one: Answer) => string]))
    const ids = firsts(list, ({ day }) => day, split)
    return (day, window) => {
      if (!isKnown) return unknown()
      const within = inside(day, window)
      return figure(
        ids.filter((one) => within(one.day)),
        lengthOf,
        Object.fromEntries(by.map((name) => [name, named(name)])),
      )
    }
  }
  return {
    nps: mean('nps', recommends, { per: 100, by: ['source', 'subject'], few: 30 }),
    csat: mean('csat', satisfied, { per: 100, few: 30 }),
    ces: mean(
      'ces',
      on('1,7', (value) => value),
      { few: 30 },
    ),
    ces_easy_share: mean(
      'ces',
      on('1,7', (value) => (value >= 5 ? 1 : 0)),
      { per: 100, few: 30 },
    ),
    average_rating: mean(
      'rating',
      on('1,5', (value) => value),
      {},
    ),
    reviews: counted(
      answers.filter((row) => row.survey === 'rating'),
      ['source'],
    ),
    survey_responses: counted(answers, ['survey', 'source']),
  }
}
