import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import type { Lake } from './lake.ts'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** Level 1: on JSON within a few percent of the size of the default level, at a third of its time. */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

export function pack(bytes: Uint8Array | string): Promise<Buffer> {
  return compress(bytes as Buffer, FAST)
}

export async function unpack(bytes: Uint8Array): Promise<Buffer> {
  return decompress(bytes as Buffer)
}

/** Writes a JSON object; compressed if the key ends in `.zst`. */
export async function putJson(lake: Lake, key: string, value: unknown): Promise<void> {
  const text = JSON.stringify(value)
  await lake.put(key, key.endsWith('.zst') ? await pack(text) : Buffer.from(text))
}

/** Reads what `putJson` wrote; undefined if there is none. The type is the caller's word. */
export async function getJson<T>(lake: Lake, key: string): Promise<T | undefined> {
  const bytes = await lake.get(key)
  if (!bytes) return undefined
  return JSON.parse((key.endsWith('.zst') ? await unpack(bytes) : Buffer.from(bytes)).toString('utf8')) as T
}
