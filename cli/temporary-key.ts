import { createKey, revokeKey } from '../functions/api/keys.ts'
import { openStore } from '../functions/store/open.ts'

/** A key for a purpose that is soon over. */
export interface TemporaryKey {
  readonly id: string
  readonly key: string
  revoke(): Promise<void>
}

const HOUR_MS = 3_600_000

/** Makes a key that may read metrics of a deployment, for an hour at most, should nobody revoke it. */
export async function temporaryKey(bucket: string, tableName: string, name: string): Promise<TemporaryKey> {
  const { table, close } = await openStore({
    TIDEMARK_STORE: 'aws',
    TIDEMARK_BUCKET: bucket,
    TIDEMARK_TABLE: tableName,
  })
  const now = new Date()
  const until = new Date(now.getTime() + HOUR_MS)
  const { id, key } = await createKey(table, { name, scopes: ['metrics:read'], until, now })
  return {
    id,
    key,
    async revoke() {
      await revokeKey(table, id)
      await close()
    },
  }
}
