import { zstdDecompressSync } from 'node:zlib'

/** The text of a body stored as zstd-compressed JSON. */
export function storedText(body: Uint8Array): Uint8Array<ArrayBuffer> {
  return zstdDecompressSync(body)
}

/** What a body stored as zstd-compressed JSON says. The caller names the type that was stored. */
export function storedJson<T>(body: Uint8Array): T {
  return JSON.parse(zstdDecompressSync(body).toString('utf8')) as T
}
