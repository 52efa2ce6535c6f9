import { tickets } from '../facts.ts'
import { withColumns } from '../kit/calculated.ts'
import { count, known, level, median, open, quantile, ratio, sum, total } from '../kit/metric.ts'

/** Opened again, as far as anything tells. */
const SEEN_REOPENED =
  'coalesce(reopens > 0, false) OR coalesce(first_solved IS NOT NULL AND (solved IS NULL OR coalesce(seconds_between(first_solved, solved) > 0, day_of(solved) > day_of(first_solved))), false)'

const requests = withColumns(tickets, {
  human: { description: 'false if only a bot took part', sql: 'bot IS NOT TRUE' },
  reply_seconds: {
    description: 'calendar time from opening to the first public reply by a human, in seconds',
    sql: 'seconds_between(opened, first_reply)',
  },
  resolution_seconds: {
    description: 'calendar time from opening to the latest solution, in seconds',
    sql: 'seconds_between(opened, solved)',
  },
  first_solve: {
    description: 'when it was first solved; the latest solution where only that is known',
    sql: 'coalesce(first_solved, solved)',
  },
  reopened: {
    description: 'opened again after it was solved; unknown where neither its reopenings nor its first solution are',
    sql: `CASE WHEN reopens IS NOT NULL OR first_solved IS NOT NULL THEN ${SEEN_REOPENED} END`,
  },
  solved_once: {
    description: 'took one round of work and is not known to have been opened again',
    sql: `contacts = 1 AND NOT (${SEEN_REOPENED})`,
  },
})

const by = ['channel']
/** Days in which a solved ticket may be opened again. */
const REOPEN_DAYS = 7

export const ticketsOpened = total({
  id: 'tickets_opened',
  title: 'Tickets opened',
  unit: 'count',
  direction: null,
  definition: 'Requests for help that were opened.',
  measure: count(requests, 'id'),
  by,
})

export const ticketsSolved = total({
  id: 'tickets_solved',
  title: 'Tickets solved',
  unit: 'count',
  direction: 'up',
  definition: 'Requests for help whose latest solution lies in the window.',
  measure: count(requests, 'id', {}, { on: 'solved' }),
  by,
})

export const openTickets = level({
  id: 'open_tickets',
  title: 'Open tickets',
  unit: 'count',
  direction: 'down',
  definition: 'Requests for help that are open at the end of the day.',
  measure: open(requests, 'id', { from: 'opened', until: 'solved' }),
  by,
})

const answered = { human: true } as const

export const firstResponseTime = median({
  id: 'first_response_time',
  title: 'First response time',
  unit: 'seconds',
  direction: 'down',
  definition:
    'Half of the tickets first answered in the window waited less, half waited longer, in calendar time. Bots do not count as an answer; tickets that nobody answered are not in it: look at open tickets too.',
  measure: quantile(requests, 'reply_seconds', 0.5, answered, { on: 'first_reply' }),
  by,
})

export const firstResponseTimeMean = ratio({
  id: 'first_response_time_mean',
  title: 'First response time, mean',
  unit: 'seconds',
  direction: 'down',
  definition:
    'Calendar time that the tickets first answered in the window waited, divided by their number. A few very late answers weigh heavily.',
  numerator: sum(requests, 'reply_seconds', answered, { on: 'first_reply' }),
  denominator: count(requests, 'id', answered, { on: 'first_reply' }),
  by,
})

export const resolutionTime = median({
  id: 'resolution_time',
  title: 'Resolution time',
  unit: 'seconds',
  direction: 'down',
  definition:
    'Half of the tickets whose latest solution lies in the window took less, half took longer, in calendar time from opening. Clearing old tickets raises it.',
  measure: quantile(requests, 'resolution_seconds', 0.5, {}, { on: 'solved' }),
  by,
})

export const resolutionTimeMean = ratio({
  id: 'resolution_time_mean',
  title: 'Resolution time, mean',
  unit: 'seconds',
  direction: 'down',
  definition:
    'Calendar time from opening to the latest solution, divided by the number of tickets whose latest solution lies in the window.',
  numerator: sum(requests, 'resolution_seconds', {}, { on: 'solved' }),
  denominator: count(requests, 'id', {}, { on: 'solved' }),
  by,
})

export const firstContactResolutionRate = ratio({
  id: 'first_contact_resolution_rate',
  title: 'First contact resolution rate',
  unit: 'percent',
  direction: 'up',
  definition:
    'Of 100 tickets first solved in the window whose rounds of work are known, how many took exactly one and were not opened again. A ticket may be opened again for 7 days: until then it is provisional.',
  numerator: count(requests, 'id', { solved_once: true }, { on: 'first_solve' }),
  denominator: count(requests, 'id', { contacts: known }, { on: 'first_solve' }),
  per: 100,
  by,
  waits: REOPEN_DAYS,
})

export const reopenRate = ratio({
  id: 'reopen_rate',
  title: 'Reopen rate',
  unit: 'percent',
  direction: 'down',
  definition:
    'Of 100 tickets first solved in the window of which it is known, how many were opened again. A ticket may be opened again for 7 days: until then it is provisional.',
  numerator: count(requests, 'id', { reopened: true }, { on: 'first_solve' }),
  denominator: count(requests, 'id', { reopened: known }, { on: 'first_solve' }),
  per: 100,
  by,
  waits: REOPEN_DAYS,
})
