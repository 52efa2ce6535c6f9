import { shapes } from './fact-sql.ts'

/**
 * What makes two rows of a source one thing. Lines of an order add up, a post is read again and again, and one visit may
 * be several rows: those are not among them. One answer sheet may hold answers to several questions.
 */
const SAME: Readonly<Record<string, readonly string[]>> = {
  carts: ['id'],
  responses: ['id', 'survey', 'subject'],
  tickets: ['id'],
  deals: ['id'],
  referrals: ['id'],
}

/** Facts of which a thing counts once, however often it is said: loaded from the beginning, since that may be long ago. */
export const onceFacts: readonly string[] = Object.keys(SAME)

/** A query for a row if anything in `from` is said more than once; null for facts whose rows all count. */
export function saidTwice(fact: string, from: string): string | null {
  const same = SAME[fact]
  return same ? `SELECT 1 AS one FROM ${from} GROUP BY ${partition(same)} HAVING count(*) > 1 LIMIT 1` : null
}

/**
 * A query for the rows of `from`, each thing once: as it was said on its first day, so that what is said later changes no
 * earlier day; of several rows of that day, the one that knows most and latest. Only what is said decides, never in
 * which order.
 */
export function saidOnce(fact: string, from: string): string {
  const columns = Object.entries(shapes[fact]!.columns).filter(([, { type }]) => type !== 'person')
  const order = ['day', ...columns.map(([name]) => `"${name}" DESC NULLS LAST`)]
  if ('customer' in shapes[fact]!.columns) order.push('person DESC NULLS LAST')
  return `SELECT * FROM ${from} QUALIFY row_number() OVER (PARTITION BY ${partition(SAME[fact]!)} ORDER BY ${order.join(', ')}) = 1`
}

const partition = (same: readonly string[]) => ['source', ...same.map((name) => `"${name}"`)].join(', ')
