import { cp } from 'node:fs/promises'
import type { Source } from '../../../functions/kit/source.ts'
import type { Secrets } from '../../../functions/store/secrets.ts'
import { deploy, PEPPER } from '../../ingest/deployment.ts'
import { openMemoryStore } from '../../ingest/memory-store.ts'
import { type Account, type Conformed, DAY, NOW, type Played } from './conformed.ts'

interface How {
  /** @default - the one of the account that is played */
  readonly source?: Source
  /** Into a directory and a SQLite file of its own; else into memory. */
  readonly onDisk: boolean
}

/** The source, deployed, with the secrets and files of the account that is played. */
export async function deployConformed(
  given: Conformed,
  played: Played,
  { source = given.source(played), onDisk }: How,
) {
  const deployed = await deploy({
    ...{ sources: [unhurried(source)], now: given.now ?? NOW },
    ...(!onDisk && { store: () => ({ ...openMemoryStore(), secrets: inMemory() }) }),
  })
  if (played.folder) await cp(played.folder, deployed.home, { recursive: true })
  for (const [name, value] of Object.entries(given.secrets(played))) {
    await deployed.store.secrets.put(source.id, name, value)
  }
  return deployed
}

function inMemory(): Secrets {
  const kept = new Map<string, string>()
  return {
    get: async (source, name) => kept.get(`${source} ${name}`) ?? '',
    put: async (source, name, value) => void kept.set(`${source} ${name}`, value),
    pepper: async () => PEPPER,
  }
}

/** The source without its rate budget, which would take real time. */
function unhurried(source: Source): Source {
  const { api, ...definition } = source.definition
  if (!api) return source
  return { ...source, definition: { ...definition, api: (of) => ({ ...api(of), perSecond: 1_000 }) } }
}

/** The days of an account, as an event of ingest. */
export function eventOf(given: Conformed, stream: string, account: Account) {
  const { from = DAY, to = from, empty } = given.streams[stream]!
  if (account === 'empty' && typeof empty === 'string') return { stream, from: empty, to: empty, force: true }
  return { stream, from, to: account === 'long' ? to : from, force: true }
}
