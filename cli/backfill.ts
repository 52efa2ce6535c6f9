import { defineCommand } from 'citty'
import type { Day } from '../functions/kit/day.ts'
import { invalid } from '../functions/kit/errors.ts'
import type { Source } from '../functions/kit/source.ts'
import { chosenSources } from './chosen-sources.ts'
import { collectDays } from './collect-days.ts'
import { collectedOutcome } from './collected-outcome.ts'
import { dayRange } from './day-range.ts'
import { openDeployment } from './open-deployment.ts'
import { openProgress } from './open-progress.ts'
import { json, type Outcome } from './outcome.ts'

interface Range {
  readonly from: Day
  readonly to: Day
}

/** A stream, by the names that the config gives. */
interface Named {
  readonly source: string
  readonly stream: string
}

/** `tidemark backfill <source,…>` */
export const backfill = defineCommand({
  meta: {
    name: 'backfill',
    description: 'Read the days of a range that are not there yet; of a deployment in AWS, its own workflow does',
  },
  args: {
    source: { type: 'positional', description: 'Ids of sources, with commas between' },
    from: { type: 'string', valueHint: 'day', description: 'First day to have', required: true },
    to: { type: 'string', valueHint: 'day', description: 'Last day to have (yesterday, unless given)' },
    json,
  },
  async run({ args }): Promise<Outcome> {
    const stage = stageInAws(process.env)
    await using deployment = await openDeployment({ vendors: stage === null })
    const range = dayRange(deployment, args)!
    const { sources, skipped } = withPast(chosenSources(deployment.config.sources, args.source))
    const later = begunLater(sources, range.from, deployment.now())
    const outcome = stage === null ? await read(range, sources) : await start(stage, range, sources)
    const notes = skipped.map(
      ({ source, stream }) => `${source}.${stream} skipped: the vendor only tells how it is now`,
    )
    notes.push(
      ...later.map(({ source, stream, since }) => `${source}.${stream} from ${since} on: ${KEEPS_NOTHING} that`),
    )
    const text = [...notes, outcome.text].join('\n')
    return { ...outcome, json: { ...(outcome.json as object), skipped, later }, text }

    async function read(days: Range, chosen: readonly Source[]): Promise<Outcome> {
      const view = await openProgress(chosen.map(({ id }) => id))
      try {
        return collectedOutcome(await collectDays(deployment, { ...days, force: false, sources: chosen }, view))
      } finally {
        await view.close()
      }
    }
  },
})

/** Of which deployment the store is; null for one on this machine. */
function stageInAws({ TIDEMARK_STORE, TIDEMARK_STAGE }: NodeJS.ProcessEnv): string | null {
  if (TIDEMARK_STORE !== 'aws') return null
  if (TIDEMARK_STAGE) return TIDEMARK_STAGE
  throw invalid("TIDEMARK_STAGE is not set, but TIDEMARK_STORE is 'aws'; set it to the stack's stage")
}

/** The sources with those of their streams that have a past, and the other streams. */
function withPast(chosen: readonly Source[]): { sources: readonly Source[]; skipped: readonly Named[] } {
  const skipped: Named[] = []
  const sources = chosen.flatMap((source) => {
    const streams = Object.entries(source.streams).filter(([stream, { past }]) => {
      if (past === false) skipped.push({ source: source.id, stream })
      return past !== false
    })
    return streams.length > 0 ? [{ ...source, streams: Object.fromEntries(streams) }] : []
  })
  if (sources.length > 0) return { sources, skipped }
  const ids = chosen.map(({ id }) => id).join(', ')
  throw invalid(`nothing of ${ids} can be read of days past: the vendor only tells how it is now`)
}

const KEEPS_NOTHING = 'the vendor keeps nothing before'

/**
 * Streams whose vendor keeps less than is asked for, where it keeps more of another stream of the same source.
 * @throws `invalid` for sources of which nothing at all is kept from the first day on
 */
function begunLater(sources: readonly Source[], from: Day, now: Date): (Named & { readonly since: Day })[] {
  const refused: string[] = []
  const later = sources.flatMap(({ id: source, streams }) => {
    const kept = Object.entries(streams).map(([stream, { since }]) => ({ source, stream, since: since?.(now) }))
    const short = kept.flatMap(({ since, ...named }) => (since && since > from ? [{ ...named, since }] : []))
    if (short.length < kept.length) return short
    const first = short.reduce((least, { since }) => (since < least ? since : least), short[0]!.since)
    refused.push(`${source}: ${KEEPS_NOTHING} ${first}`)
    return []
  })
  if (refused.length > 0) throw invalid(`${refused.join('; ')}, but ${from} was asked for; ask from a later day on`)
  return later
}

/** Starts the workflow of the deployed stack, with the names that `lib/` gives its functions. */
async function start(stage: string, range: Range, sources: readonly Source[]): Promise<Outcome> {
  const { openAwsStack } = await import('./aws-stack.ts')
  const stack = openAwsStack(stage)
  try {
    const { Workflow, Topic } = await stack.outputs()
    const execution = await stack.start(Workflow, {
      ...range,
      force: false,
      sources: sources.map(({ id, streams }) => ({
        source: id,
        function: `tidemark-${stage}-ingest-${id}`,
        streams: Object.keys(streams),
      })),
      compute: `tidemark-${stage}-compute`,
      topic: Topic,
    })
    return {
      ok: true,
      json: { execution, ...range, sources: sources.map(({ id }) => id) },
      text: `started ${execution}\n'tidemark status' says how far it is; what needs somebody is told as after every run`,
    }
  } finally {
    stack.close()
  }
}
