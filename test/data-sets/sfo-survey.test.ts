import { sameOfBoth } from './ask-both.ts'

const [FROM, TO] = ['2017-05-05', '2017-05-30']

sameOfBoth({
  large: true,
  folder: 'sfo_survey_2017',
  config: 'test/data-sets/configs/sfo-survey.config.ts',
  program: 'sfo_survey.py',
  to: TO,
  facts: 8170,
  questions: [
    ['nps', FROM, TO],
    ['nps', FROM, TO, 'day'],
    ['csat', FROM, TO],
    ['csat', FROM, TO, 'week'],
    ['average_rating', FROM, TO],
    ['average_rating', '2017-05-06', '2017-05-17', 'week'],
    ['reviews', FROM, TO, 'day'],
    ['survey_responses', FROM, TO, 'total', 'survey'],
    ['survey_responses', FROM, TO, 'week', 'survey'],
  ],
})
