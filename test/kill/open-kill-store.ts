import { join } from 'node:path'
import { openDirectory } from '../../functions/store/directory.ts'
import { openEnv } from '../../functions/store/env.ts'
import { openStore, type Store } from '../../functions/store/open.ts'

type Env = { readonly [name: string]: string | undefined }

/**
 * The store that the environment names, as `openStore` opens it. `KILL_PAIR=mixed` puts a directory and a DynamoDB table
 * together, which no deployment does: so the adapter is proven where there is no S3.
 */
export async function openKillStore(env: Env = process.env): Promise<Store> {
  if (env.KILL_PAIR !== 'mixed') return openStore(env)
  // Only here: the SDK takes longer to load than a small home to collect.
  const { openDynamodb } = await import('../../functions/store/dynamodb.ts')
  const home = env.TIDEMARK_HOME!
  const lake = openDirectory(join(home, 'lake'))
  const table = openDynamodb({ table: env.TIDEMARK_TABLE! })
  const close = async () => void (await Promise.all([lake.close(), table.close()]))
  return { lake, table, secrets: openEnv({ home, env }), close }
}
