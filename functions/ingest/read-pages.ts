import { hash } from 'node:crypto'
import type { Day } from '../kit/day.ts'
import { TidemarkError } from '../kit/errors.ts'
import type { Json, Page } from '../kit/page.ts'
import type { Reading, Turn } from '../kit/source.ts'
import { pack } from '../store/json-object.ts'
import type { Lake } from '../store/lake.ts'
import { type Keeping, keepRecord } from './keep-record.ts'
import { noteDown } from './tally.ts'

/** The name of the only chain of a stream without slices. */
const ONLY = ''

/** How one invocation's reading ended: `wait` with the seconds the vendor asked for, if it said, and what for. */
export type Ending =
  | { readonly end: 'done' | 'more' }
  | { readonly end: 'wait'; readonly seconds: number | undefined; readonly why: string }

/** What reading pages needs; `resume`, `done`, `known` and what `Keeping` counts are kept up to date as it goes. */
export interface PageReader extends Keeping {
  readonly lake: Lake
  readonly reading: Omit<Reading<unknown>, 'slice' | 'resume'>
  /** Where each slice goes on. */
  readonly resume: Record<string, Json>
  readonly done: string[]
  /** Raw pages that are in the lake, by SHA-256: identical bytes are not written twice. */
  readonly known: Map<string, string>
  /** Lake key of the run's nth raw page. */
  readonly rawKey: (nth: number) => string
  /** Pages that earlier invocations of the run read. */
  readonly firstPage: number
  /** True when the invocation has to end: reading stops after the page in hand. */
  readonly mustStop: () => boolean
  /** Ends requests under way; aborted when the invocation has to end at once, or a slice failed. */
  readonly stop: AbortController
  /** Is told the last day that the vendor is done with, by every page that says so. */
  readonly onThrough: (through: Day) => void
  readonly onPage: () => void
}

/**
 * Reads pages of every slice until they end or the invocation must. Rows go to the writer, pages to the raw lake.
 * Whatever was counted belongs to pages that are kept, so that going on from `resume` reads nothing twice.
 * @throws what a slice met, once the others have ended
 */
export async function readPages(given: PageReader): Promise<Ending> {
  const { stream, reading, done } = given
  const slices = (stream.slices?.(reading) ?? [ONLY]).filter((slice) => !done.includes(slice))
  const endings = await Promise.allSettled(slices.map((slice) => readSlice(given, slice)))
  const failed = endings.find((ending) => ending.status === 'rejected')
  if (failed) throw failed.reason
  const all = endings.map((ending) => (ending as PromiseFulfilledResult<Ending>).value)
  return all.find(({ end }) => end === 'wait') ?? all.find(({ end }) => end === 'more') ?? { end: 'done' }
}

async function readSlice(given: PageReader, slice: string): Promise<Ending> {
  const { stream, reading, resume, done, stop } = given
  const { signal } = stop
  const mustStop = () => signal.aborted || given.mustStop()
  const turns = stream.pages({ ...reading, slice: slice === ONLY ? undefined : slice, resume: resume[slice] ?? null })
  const ask = () => {
    const next = turns.next()
    // Its failure is met when it is awaited.
    next.catch(() => {})
    return next
  }
  const end = (): Ending => {
    done.push(slice)
    delete resume[slice]
    return { end: 'done' }
  }
  let next = ask()
  let wasLast = false
  try {
    for (;;) {
      const met = await next.catch((error) => asEnding(error, signal))
      if ('end' in met) return wasLast ? end() : met
      if (met.done) return end()
      const turn = met.value
      if ('wait' in turn) {
        resume[slice] = turn.resume
        return { end: 'wait', seconds: undefined, why: 'the vendor is still preparing its answer' }
      }
      // After the last page there is nothing to go on from: its end is awaited, however late it is.
      wasLast = turn.resume === null
      const goOn = wasLast || !mustStop()
      // The next request is under way while this page is mapped.
      if (goOn) next = ask()
      await keepPage(given, turn)
      resume[slice] = turn.resume
      if (!goOn || (!wasLast && mustStop())) return { end: 'more' }
    }
  } catch (error) {
    stop.abort()
    throw error
  } finally {
    // The generator's sockets and files are its to close; what that meets says nothing of the pages it gave.
    void turns.return(undefined).catch(() => {})
  }
}

/**
 * A quota that is gone for longer than a retry lasts is a wait, and a request that was given up is for the next
 * invocation; every other failure stays one.
 */
function asEnding(error: unknown, signal: AbortSignal): Ending {
  if (signal.aborted) return { end: 'more' }
  if (error instanceof TidemarkError && error.code === 'limited') {
    return { end: 'wait', seconds: error.retryAfter, why: error.message }
  }
  throw error
}

async function keepPage(given: PageReader, { page, through }: Extract<Turn, { page: Page }>): Promise<void> {
  const { lake, stream, writer, tally, known, rawKey, firstPage, onThrough, onPage } = given
  const { bytes, context } = page
  const sha256 = hash('sha256', bytes, 'hex')
  const number = firstPage + tally.pages.length
  const before = known.get(sha256)
  const key = before ?? rawKey(number)
  tally.pages.push({ key, sha256, bytes: bytes.length, ...(context !== undefined && { context }) })
  const raw = before === undefined ? pack(bytes).then((packed) => lake.put(key, packed)) : undefined
  try {
    let nth = 0
    for (const record of stream.records(page)) keepRecord(given, record, `page ${number}#${nth++}`)
  } catch (error) {
    await Promise.allSettled([raw])
    throw error
  }
  if (through !== undefined) onThrough(through)
  if (stream.notes) noteDown(tally, stream.notes(page))
  await raw
  known.set(sha256, key)
  await writer.drain()
  onPage()
}
