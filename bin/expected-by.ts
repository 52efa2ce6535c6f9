import type { Config } from '../functions/kit/config.ts'
import { InAws, runsAt } from '../functions/kit/in-aws.ts'

/**
 * What a run is given before its snapshot is missed: time to start, to wait for vendors, and to compute. With what the watch
 * and its alarm take, somebody is told within two hours after the run's own time.
 */
const RUN_MINUTES = 75

/** Minutes after midnight of the reporting zone by which the snapshot of the day before ought to be there. */
export function expectedBy({ sources, aws = InAws.parse({}) }: Pick<Config, 'sources' | 'aws'>): number {
  const cadences = sources.map(({ id }) => aws.schedules[id] ?? aws.schedule)
  // There is one: a config without is refused.
  return Math.min(...cadences.map(runsAt).filter((minutes) => minutes !== null)) + RUN_MINUTES
}
