import { TidemarkError } from '../kit/errors.ts'
import type { Json, Page } from '../kit/page.ts'
import type { Stream } from '../kit/source.ts'
import { unpack } from '../store/json-object.ts'
import type { Lake } from '../store/lake.ts'
import type { FactsWriter } from './facts-writer.ts'
import type { Finishing } from './finish-row.ts'
import { type Keeping, keepRecord } from './keep-record.ts'
import type { RunRecord } from './manifest.ts'
import { SeenRecords } from './seen-records.ts'
import { noteDown, openTally, type Tally } from './tally.ts'

/**
 * Puts the pages that a run read through the mapping of today, in the way in which it would be done with pages of the
 * vendor. Returns what was counted; the rows are the writer's.
 * @throws `unavailable` if a page is no longer in the lake
 */
export async function deriveAgain(
  lake: Lake,
  stream: Stream,
  { pages, from, to, baseline }: RunRecord,
  finishing: Finishing,
  writer: FactsWriter,
  onPage: (tally: Tally) => void,
): Promise<Tally> {
  const tally = openTally()
  const keeping: Keeping = {
    stream,
    reading: { from, to, baseline },
    finishing,
    writer,
    tally,
    seen: new SeenRecords(),
  }
  for (const raw of pages) {
    const packed = await lake.get(raw.key)
    if (!packed)
      throw new TidemarkError('unavailable', `${raw.key} is not in the lake any more; collect its days again`)
    const page: Page = {
      bytes: await unpack(packed),
      ...(raw.context !== undefined && { context: raw.context as Json }),
    }
    const number = tally.pages.length
    tally.pages.push(raw)
    let nth = 0
    for (const record of stream.records(page)) keepRecord(keeping, record, `page ${number}#${nth++}`)
    if (stream.notes) noteDown(tally, stream.notes(page))
    await writer.drain()
    onPage(tally)
  }
  return tally
}
