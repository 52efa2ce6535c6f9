import type { Source } from '../client.js'
import { isWell } from './sort-sources.ts'

type Stream = Source['streams'][number]

/** What is the matter with one stream, or with several alike. */
export interface SourceTrouble {
  readonly status: Stream['status']
  readonly acts: Stream['acts']
  readonly streams: readonly Stream[]
  /** Of their newest run. */
  readonly error: { readonly code: string; readonly message: string } | null
  /** Why they wait. */
  readonly waits: readonly string[]
  /** What somebody types about it. */
  readonly commands: readonly string[]
}

/** What is the matter with a source: streams that suffer from the same are told once. */
export function troublesOf({ id, streams }: Pick<Source, 'id' | 'streams'>): SourceTrouble[] {
  const groups = Map.groupBy(
    streams.filter(({ status }) => !isWell(status)),
    ({ status, acts, last_run: run }) => JSON.stringify([status, acts, run?.error ?? waitsOf(run)]),
  )
  return [...groups.values()].map((alike) => {
    const { status, acts, last_run: run } = alike[0]!
    return {
      status,
      acts,
      streams: alike,
      error: run?.error ?? null,
      waits: waitsOf(run),
      commands: commandsOf(id, status, alike),
    }
  })
}

const waitsOf = (run: Stream['last_run']): string[] =>
  (run?.warnings ?? []).filter(({ code }) => code === 'waiting').map(({ message }) => message)

function commandsOf(id: string, status: Stream['status'], streams: readonly Stream[]): string[] {
  const collect = `tidemark collect --source ${id}`
  if (status === 'needs_reauth') return [`tidemark doctor ${id}`, collect]
  if (status !== 'held') return [collect]
  return streams.map(({ name, held }) => `tidemark accept ${id} ${name} ${held.length === 1 ? held[0]!.date : 'all'}`)
}
