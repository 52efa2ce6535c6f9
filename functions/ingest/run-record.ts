import { TidemarkError } from '../kit/errors.ts'
import type { StreamKind } from '../kit/source.ts'
import type { Quota, RunRecord } from './manifest.ts'
import type { Unfinished } from './state.ts'
import type { Tally } from './tally.ts'

/**
 * What a run that read everything has to say of itself.
 * @throws `changed` (`invalid` for files) if most of what it read cannot be used
 */
export function runRecord(
  source: string,
  stream: string,
  kind: StreamKind,
  { run, from, to, through, read, baseline, waited, waitedFor, turns }: Unfinished,
  { facts: _, ...tally }: Tally,
  quota: Quota | null,
): RunRecord {
  refuseIfMostlyBad(`${source}.${stream}`, kind, tally)
  const spent = { turns: turns + 1, waited, waitedFor, quota }
  return { run, source, stream, from, to, through, read, baseline, ...tally, ...spent }
}

/** A few bad rows are quarantined; more than half of them, or more than ten and a tenth, are no reading at all. */
function refuseIfMostlyBad(
  what: string,
  kind: StreamKind,
  { quarantined, records, quarantine }: Pick<Tally, 'quarantined' | 'records' | 'quarantine'>,
): void {
  if (quarantined * 2 <= records && quarantined <= Math.max(10, records / 10)) return
  const [first] = quarantine
  throw new TidemarkError(
    kind === 'whole' ? 'invalid' : 'changed',
    `${quarantined} of ${records} records of ${what} cannot be read; expected at most a tenth; the first, ${first?.record}: ${first?.reason}`,
  )
}
