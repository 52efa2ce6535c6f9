import { hash } from 'node:crypto'
import type { Stream } from '../kit/source.ts'

/** Tells whether two versions of a mapping are the same code; closures over other modules are not seen. */
export function mappingDigest({ map, records, key, changed, gone }: Stream): string {
  return hash('sha256', `${map}${records}${key}${changed}${gone}`, 'hex').slice(0, 16)
}
