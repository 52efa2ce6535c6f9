import type { Stream } from '../kit/source.ts'
import { BASELINE, type Manifest, type RunRecord, runKey } from './manifest.ts'
import { mappingDigest } from './mapping-digest.ts'
import type { Part } from './parts.ts'

/** The manifest of a part that a reading commits, in place of the part of the run `replaces`. */
export function manifestOf(
  source: string,
  name: string,
  stream: Stream,
  {
    run,
    from,
    to,
    baseline,
    read,
    ...said
  }: Pick<RunRecord, 'run' | 'from' | 'to' | 'baseline' | 'read' | 'notes' | 'records' | 'quarantined'>,
  { day, facts, rows, digest }: Part,
  replaces: string | null,
): Manifest {
  // Days of a file are only committed where their rows changed; its newest run knows what was wrong with it.
  const flags = stream.kind === 'whole' ? [] : flagsOf(day, said)
  return {
    source,
    stream: name,
    kind: stream.kind,
    day,
    run,
    baseline,
    range: { from, to },
    read,
    mapping: mappingDigest(stream),
    facts,
    rows,
    digest,
    replaces,
    ...(flags.length > 0 && { flags }),
    record: runKey(run),
  }
}

/** What a reading has to say of one of its days. Nobody knows the day of a record that cannot be read. */
function flagsOf(
  day: string,
  { notes, records, quarantined }: Pick<RunRecord, 'notes' | 'records' | 'quarantined'>,
): NonNullable<Manifest['flags']> {
  const own = notes.filter(({ days }) => !days || day === BASELINE || (days as readonly string[]).includes(day))
  const message = `${quarantined} of ${records} records could not be read, and are left out`
  return [
    ...(quarantined > 0 ? [{ code: 'quarantined', message }] : []),
    ...own.map(({ code, message }) => ({ code, message })),
  ]
}
