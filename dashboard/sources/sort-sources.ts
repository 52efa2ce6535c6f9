import type { Source } from '../client.js'

/** How urgent sources are: somebody has to act, they go on by themselves, or all is well. */
export const urgencies = ['needAct', 'goOn', 'well'] as const

export type Urgency = (typeof urgencies)[number]

/** From worst to best. */
const STATES = ['needs_reauth', 'failed', 'missing', 'held', 'late', 'parked', 'pending', 'ok']

/** Whether that is a state to look at. */
export const isWell = (status: string): boolean => status === 'ok' || status === 'pending'

/** How urgent a source is. */
export const urgencyOf = ({ status, acts }: Pick<Source, 'status' | 'acts'>): Urgency =>
  isWell(status) ? 'well' : acts === 'nobody' ? 'goOn' : 'needAct'

/** Sources by urgency, the worst first. */
export function sortSources(sources: readonly Source[]): Record<Urgency, Source[]> {
  const sorted = sources.toSorted((a, b) => STATES.indexOf(a.status) - STATES.indexOf(b.status))
  const of = (urgency: Urgency) => sorted.filter((source) => urgencyOf(source) === urgency)
  return { needAct: of('needAct'), goOn: of('goOn'), well: of('well') }
}
