import type { Config } from '../kit/config.ts'
import type { Stream } from '../kit/source.ts'
import type { Finishing } from './finish-row.ts'

/** How rows of a stream are finished, by whichever run. */
export function finishingOf(
  { timezone, kinds }: Pick<Config, 'timezone' | 'kinds'>,
  source: string,
  name: string,
  { kind, zone }: Pick<Stream, 'kind' | 'zone'>,
  run: string,
  pepper: string,
): Finishing {
  const dayZone = kind === 'whole' ? timezone : (zone ?? timezone)
  return { source, stream: name, run, pepper, localZone: zone, dayZone, kinds }
}
