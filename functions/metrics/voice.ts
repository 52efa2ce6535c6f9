import { responses } from '../facts.ts'
import { withColumns } from '../kit/calculated.ts'
import { count, known, ratio, sum, total } from '../kit/metric.ts'

/**
 * Answers on the scales that have an accepted reading. NPS: 9 and 10 promote, 0 to 6 detract (6 is a detractor), on
 * whole numbers from 0 to 10 only. CSAT: the best answers of each scale (https://help.delighted.com/article/240-how-is-csat-calculated
 * for 1 to 5). CES: agreement from 1 to 7, high is easy.
 */
const answers = withColumns(responses, {
  answer: {
    description: 'one answer: an answer sheet has one to each question about each subject',
    sql: `concat_ws(' ', id, survey, subject)`,
  },
  recommends: {
    description: '1 for an NPS answer of 9 or 10, −1 for 0 to 6, else 0; only whole numbers on 0 to 10',
    sql: `CASE WHEN survey = 'nps' AND scale = [0, 10] AND value BETWEEN 0 AND 10 AND value = trunc(value) THEN CASE WHEN value >= 9 THEN 1 WHEN value <= 6 THEN -1 ELSE 0 END END`,
    expected: `survey = 'nps'`,
  },
  satisfied: {
    description:
      '1 for the best answers to a CSAT question (1 of 0–1; 3 of 1–3; 3 and 4 of 1–4; 4 and 5 of 1–5; 6 and 7 of 1–7; 9 and 10 of 0–10), else 0; no other scales',
    sql: `CASE WHEN survey = 'csat' AND value BETWEEN scale[1] AND scale[2] THEN CASE scale WHEN [0, 1] THEN CAST(value >= 1 AS INTEGER) WHEN [1, 3] THEN CAST(value >= 3 AS INTEGER) WHEN [1, 4] THEN CAST(value >= 3 AS INTEGER) WHEN [1, 5] THEN CAST(value >= 4 AS INTEGER) WHEN [1, 7] THEN CAST(value >= 6 AS INTEGER) WHEN [0, 10] THEN CAST(value >= 9 AS INTEGER) END END`,
    expected: `survey = 'csat'`,
  },
  ease: {
    description: 'an answer to a customer effort question on 1 to 7, where 7 is easiest; no other scales',
    sql: `CASE WHEN survey = 'ces' AND scale = [1, 7] AND value BETWEEN 1 AND 7 THEN value END`,
    expected: `survey = 'ces'`,
  },
  easy: {
    description: '1 for 5, 6 and 7 of a customer effort question on 1 to 7, else 0; no other scales',
    sql: `CASE WHEN survey = 'ces' AND scale = [1, 7] AND value BETWEEN 1 AND 7 THEN CAST(value >= 5 AS INTEGER) END`,
  },
  stars: {
    description: 'a rating on 1 to 5; no other scales',
    sql: `CASE WHEN survey = 'rating' AND scale = [1, 5] AND value BETWEEN 1 AND 5 THEN value END`,
    expected: `survey = 'rating'`,
  },
})

/** Below this, the error of a survey figure is larger than most changes one would act on. */
const FEW_ANSWERS = 30

export const nps = ratio({
  id: 'nps',
  title: 'Net Promoter Score',
  unit: 'points',
  direction: 'up',
  definition:
    'The share of answers of 9 and 10 less the share of 0 to 6, in points from −100 to 100. Below 30 answers, chance alone moves it by 10 points and more.',
  numerator: sum(answers, 'recommends'),
  denominator: count(answers, 'answer', { recommends: known }),
  per: 100,
  by: ['source', 'subject'],
  minSample: FEW_ANSWERS,
})

export const csat = ratio({
  id: 'csat',
  title: 'Customer satisfaction',
  unit: 'percent',
  direction: 'up',
  definition:
    'Of 100 answers, how many are among the best of their scale: 4 and 5 of 1 to 5, say. Answers on unusual scales are left out.',
  numerator: sum(answers, 'satisfied'),
  denominator: count(answers, 'answer', { satisfied: known }),
  per: 100,
  by: ['source'],
  minSample: FEW_ANSWERS,
})

export const ces = ratio({
  id: 'ces',
  title: 'Customer effort score',
  unit: 'score',
  direction: 'up',
  definition: 'The mean answer from 1 to 7, where 7 is easiest. Answers on other scales are left out.',
  numerator: sum(answers, 'ease'),
  denominator: count(answers, 'answer', { ease: known }),
  by: ['source'],
  minSample: FEW_ANSWERS,
})

export const cesEasyShare = ratio({
  id: 'ces_easy_share',
  title: 'Easy share',
  unit: 'percent',
  direction: 'up',
  definition: 'Of 100 answers from 1 to 7 on how easy it was, how many are 5, 6 or 7.',
  numerator: sum(answers, 'easy'),
  denominator: count(answers, 'answer', { easy: known }),
  per: 100,
  by: ['source'],
  minSample: FEW_ANSWERS,
})

export const averageRating = ratio({
  id: 'average_rating',
  title: 'Average rating',
  unit: 'score',
  direction: 'up',
  definition: 'The mean of ratings from 1 to 5. Ratings on other scales are left out.',
  numerator: sum(answers, 'stars'),
  denominator: count(answers, 'answer', { stars: known }),
  by: ['source'],
})

export const reviews = total({
  id: 'reviews',
  title: 'Reviews',
  unit: 'count',
  direction: 'up',
  definition: 'How many ratings were given, with or without words.',
  measure: count(answers, 'answer', { survey: 'rating' }),
  by: ['source'],
})

export const surveyResponses = total({
  id: 'survey_responses',
  title: 'Survey responses',
  unit: 'count',
  direction: 'up',
  definition: 'Answers to questions and ratings, whatever was asked.',
  measure: count(answers, 'answer'),
  by: ['survey', 'source'],
})
