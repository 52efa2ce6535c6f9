import type { Progress } from '../functions/kit/invocation.ts'

type Figures = Pick<Progress, 'days' | 'daysTotal' | 'pages' | 'records' | 'note'>

/** `12 of 60 days, 40 pages, 18,000 records` */
export function describeProgress({ days, daysTotal, pages, records, note }: Figures): string {
  const parts = []
  if (days !== undefined)
    parts.push(daysTotal === undefined ? plural(days, 'day') : `${count(days)} of ${plural(daysTotal, 'day')}`)
  else if (daysTotal !== undefined) parts.push(plural(daysTotal, 'day'))
  if (pages !== undefined) parts.push(plural(pages, 'page'))
  if (records !== undefined) parts.push(plural(records, 'record'))
  if (note !== undefined) parts.push(note)
  return parts.join(', ')
}

const count = (n: number) => n.toLocaleString('en')

/** `1 day`, `1,200 days` */
export const plural = (n: number, what: string): string => `${count(n)} ${what}${n === 1 ? '' : 's'}`
