import type { Stream } from '../kit/source.ts'
import { type Manifest, type RunRecord, runKey } from './manifest.ts'
import { mappingDigest } from './mapping-digest.ts'
import type { Part } from './parts.ts'

/** The manifest of a part that a reading commits, in place of the part of the run `replaces`. */
export function manifestOf(
  source: string,
  name: string,
  stream: Stream,
  { run, from, to, baseline, read }: Pick<RunRecord, 'run' | 'from' | 'to' | 'baseline' | 'read'>,
  { day, facts, rows, digest }: Part,
  replaces: string | null,
): Manifest {
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
    record: runKey(run),
  }
}
