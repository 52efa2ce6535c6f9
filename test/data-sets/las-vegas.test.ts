import { sameOfBoth } from './ask-both.ts'

const [FROM, TO] = ['2015-01-01', '2015-12-31']

sameOfBoth({
  folder: 'las_vegas_reviews_8_hotels',
  config: 'test/data-sets/configs/las-vegas.config.ts',
  program: 'las_vegas.py',
  to: TO,
  facts: 192,
  questions: [
    ['average_rating', FROM, TO],
    ['average_rating', FROM, TO, 'month', 'source'],
    ['average_rating', '2015-02-01', '2015-07-31'],
    ['reviews', FROM, TO, 'month'],
    ['survey_responses', FROM, TO, 'total', 'survey'],
  ],
})
