import { decodeTime } from 'ulid'
import { bounds, type Day, eachDay } from '../kit/day.ts'
import { openHttp } from '../kit/http.ts'
import type { Invocation } from '../kit/invocation.ts'
import type { Json } from '../kit/page.ts'
import type { Source } from '../kit/source.ts'
import { getJson } from '../store/json-object.ts'
import type { Store } from '../store/open.ts'
import { type CursorRow, keys } from '../store/rows.ts'
import { apiOf, noHttp } from './api-of.ts'
import { FactsWriter } from './facts-writer.ts'
import { finishingOf } from './finishing-of.ts'
import type { IngestDeps } from './ingest-deps.ts'
import { type Quota, type RunRecord, runKey } from './manifest.ts'
import { type Ending, readPages } from './read-pages.ts'
import { neededSecrets, optionalSecrets } from './secrets-of.ts'
import { SeenRecords } from './seen-records.ts'
import type { Segment } from './segment.ts'
import { sessionOf } from './session-of.ts'
import { spendOf } from './spend-of.ts'
import type { Unfinished } from './state.ts'
import type { Tally } from './tally.ts'

/** An invocation stops reading when this little time is left: enough to write down what it has. */
export const YIELD_MS = 60_000

/** Longest wait for the vendor within an invocation. */
const PATIENCE_MS = 20_000
/** Raw pages expire, so a page that never changes is written again after this long. */
const SAME_PAGE_MS = 30 * 86_400_000

/** What one invocation read, and where the next goes on. */
export interface Share {
  readonly ending: Ending
  /** Last day that the vendor is done with; null where it did not say. */
  readonly through: Day | null
  readonly writer: FactsWriter
  readonly resume: Record<string, Json>
  readonly done: string[]
  /** Records that this invocation was the first to meet. */
  readonly seen: string
}

/** Reads as much of a reading as the invocation has time for. Nothing is under way any more when it returns or throws. */
export async function readShare(
  { store, config, now, files, holder }: IngestDeps,
  source: Source,
  name: string,
  unfinished: Unfinished,
  earlier: readonly Segment[],
  tally: Tally,
  invocation: Invocation,
  onQuota: (quota: Quota) => void,
): Promise<Share> {
  const stream = source.streams[name]!
  const { options } = source
  const { run, from, to, baseline, turns } = unfinished
  const secrets = { ...(await neededSecrets(store, source)), ...(await optionalSecrets(store, source)) }
  const api = apiOf(source, secrets)
  let told: Quota = {}
  const tell = (more: Quota) => {
    told = { ...told, ...more }
    onQuota(told)
  }
  const left = () => invocation.getRemainingTimeInMillis() - YIELD_MS
  const stop = new AbortController()
  const budget = left()
  // A request that would outlast the invocation is given up, and asked again by the next one.
  const timer = budget > 0 ? setTimeout(() => stop.abort(), budget) : undefined
  const http =
    api &&
    openHttp(api, {
      secrets: Object.values(secrets),
      signal: stop.signal,
      onQuota: tell,
      session: sessionOf(store, source.id, holder),
      patience: () => Math.max(0, Math.min(left(), PATIENCE_MS)),
    })
  const written = earlier.flatMap((segment) => segment.written.flatMap(({ objects }) => objects)).length
  const writer = new FactsWriter(store.lake, `${source.id}.${name}.${run}`, written)
  const zone = stream.zone ?? config.timezone
  const end = stream.kind === 'entity' ? Date.parse(unfinished.read) : bounds(to, zone).end
  const daysTotal = eachDay(from, to).length
  const resume = { ...unfinished.resume }
  const done = [...unfinished.done]
  const seen = new SeenRecords(earlier.map((segment) => segment.seen))
  const before = seen.size
  let { through } = unfinished
  try {
    const ending = await readPages({
      lake: store.lake,
      stream,
      reading: {
        http: http ?? noHttp(source.id),
        files: files(source.id),
        spend: spendOf(store, source.id, tell),
        options,
        from,
        to,
        range: { start: bounds(from, zone).start, end },
        baseline,
        now: new Date(unfinished.read),
      },
      finishing: finishingOf(config, source.id, name, stream, run, await store.secrets.pepper()),
      writer,
      tally,
      resume,
      done,
      seen,
      known: await knownPages(store, source.id, name, now().getTime(), earlier),
      rawKey: (page) => `raw/${source.id}/${name}/${run}/${String(page).padStart(6, '0')}-${turns}.zst`,
      firstPage: earlier.reduce((pages, segment) => pages + segment.pages.length, 0),
      mustStop: () => left() <= 0,
      stop,
      onThrough: (day) => {
        if (through === null || day < through) through = day
      },
      onPage: () => {
        const { records, pages } = tally
        invocation.progress?.({
          phase: 'read',
          source: source.id,
          stream: name,
          daysTotal,
          pages: pages.length,
          records,
        })
      },
    })
    return { ending, through, writer, resume, done, seen: seen.since(before) }
  } catch (error) {
    await writer.settle()
    throw error
  } finally {
    clearTimeout(timer)
    stop.abort()
    http?.close()
  }
}

/** Keys of raw pages by SHA-256 that need not be written again: those of this run, and of the stream's last one. */
async function knownPages(
  { table, lake }: Store,
  source: string,
  stream: string,
  now: number,
  earlier: readonly Segment[],
): Promise<Map<string, string>> {
  const { pk, sk } = keys.cursor(source, stream)
  const cursor = (await table.get(pk, sk)) as CursorRow | undefined
  const last = cursor && (await getJson<RunRecord>(lake, runKey(cursor.run)))
  const young = (key: string) => now - decodeTime(key.split('/')[3]!) < SAME_PAGE_MS
  const pages = [...(last?.pages ?? []).filter(({ key }) => young(key)), ...earlier.flatMap((segment) => segment.pages)]
  return new Map(pages.map(({ sha256, key }) => [sha256, key]))
}
