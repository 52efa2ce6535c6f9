import { type Asked, inOrder, readStream, type Seen } from '../read-stream.ts'
import { type Conformed, DAY, NOW, type Played } from './conformed.ts'

interface Wish extends Partial<Asked> {
  /** Read only the recorded day. @default - all days of the long account */
  readonly recorded?: boolean
}

/** Reads a stream of an account that is played. */
export function readConformed(given: Conformed, played: Played, name: string, { recorded, ...more }: Wish = {}) {
  const { from = DAY, to = from } = given.streams[name]!
  return readStream(given.source(played), name, {
    from,
    to: recorded ? from : to,
    now: new Date(given.now ?? NOW),
    folder: played.folder,
    secrets: { ...given.secrets(played) },
    ...more,
  })
}

/** Ways to read a stream: of records that change, the full list and what changed. */
export function waysToRead(given: Conformed, played: Played, name: string): readonly { readonly baseline: boolean }[] {
  const { kind } = given.source(played).streams[name]!
  return kind === 'entity' ? [{ baseline: true }, { baseline: false }] : [{ baseline: false }]
}

/** What records say, whatever their order. */
export const said = (records: readonly Seen[]) => inOrder(records.map(({ key, rows }) => ({ key, rows })))
