import { getJson, putJson } from '../store/json-object.ts'
import type { Lake } from '../store/lake.ts'
import type { WrittenFact } from './facts-writer.ts'
import { runKey } from './manifest.ts'
import type { Unfinished } from './state.ts'
import type { Tally } from './tally.ts'

/** What one invocation read of a reading that others finish: `runs/<run>/<n>.json.zst`. */
export interface Segment extends Tally {
  readonly written: readonly WrittenFact[]
  /** Records it was the first to meet (`SeenRecords`): they count once, in whichever invocation they come again. */
  readonly seen: string
}

const segmentKey = (run: string, nth: number) => `runs/${run}/${String(nth).padStart(3, '0')}.json.zst`

export async function putSegment(lake: Lake, { run, segments }: Unfinished, segment: Segment): Promise<void> {
  await putJson(lake, segmentKey(run, segments), segment)
}

/**
 * What earlier invocations read; null if the reading cannot go on: something of it is gone, or its commit has begun,
 * which must not be written over because readers may have seen it.
 */
export async function getSegments(lake: Lake, { run, segments }: Unfinished): Promise<Segment[] | null> {
  if (await lake.get(runKey(run))) return null
  const found: Segment[] = []
  for (let nth = 0; nth < segments; nth++) {
    const segment = await getJson<Segment>(lake, segmentKey(run, nth))
    if (!segment) return null
    found.push(segment)
  }
  return found
}
