import type { FactRow } from '../../../functions/kit/fact.ts'
import type { Source } from '../../../functions/kit/source.ts'
import type { Sandbox } from '../../../sandbox/serve.ts'
import type { TokenEndpoint } from '../../../sandbox/token-endpoint.ts'

/** What a source cannot do, or need not: its check is skipped, and says so. */
export interface Skip {
  readonly skip: string
}

export const isSkip = (given: object): given is Skip => 'skip' in given

/** A vendor that is played; without `baseUrl` it is a folder of files. */
export interface Played extends Pick<Sandbox, 'requests' | 'fail' | 'heal' | 'close'> {
  /** Holds the files that the source reads. @default - it calls a server */
  readonly folder?: string
}

/**
 * The account that is played: as it was on the recorded day; one with several pages of all that has pages; one in which
 * nothing happened.
 */
export type Account = 'recorded' | 'long' | 'empty'

/** One stream of the source. */
export interface ConformedStream {
  /** Day of the recorded account. @default '2026-11-19', the day before `now` */
  readonly from?: string
  /** Last day of the long account. @default - `from` */
  readonly to?: string
  /** What the recorded day says, in facts: by the vendor's documents, never by running the source. */
  readonly expected: readonly FactRow[]
  /** Pages of the long account, at the least. @default 2 */
  readonly pages?: number | Skip
  /** Day of the empty account on which nothing happened. @default - `from` */
  readonly empty?: string | Skip
}

/** An answer that the vendor published or somebody recorded, and what it says in facts. */
export interface Sample {
  /** Under ../shared/vendor. */
  readonly file: string
  readonly stream: string
  readonly expected: readonly FactRow[]
}

/** What becomes of the tokens with which a source calls. */
export interface ConformedTokens<P> {
  /** Where access tokens are minted. */
  readonly endpoint: ((played: P) => Pick<TokenEndpoint, 'fail' | 'heal' | 'break' | 'requests'>) | Skip
  /** Ends the access tokens, but not what they are minted from. */
  readonly expire: ((played: P) => void) | Skip
  /** Ends the secrets. @default - every secret is a wrong one */
  readonly revoke?: (played: P) => void
  /** Makes the vendor replace a secret when it is used next. */
  readonly rotate: ((played: P) => void) | Skip
  /** The secret serves once: an answer that is lost takes it along, and the operator must consent again. @default false */
  readonly serveOnce?: boolean
}

/** A source, and all that the suite must know of it. */
export interface Conformed<P extends Played = Played> {
  start(account: Account): Promise<P>
  source(played: P): Source
  /** By name, as they are good at this moment. */
  secrets(played: P): Readonly<Record<string, string>>
  /** By name: all that the source has. */
  readonly streams: Readonly<Record<string, ConformedStream>>
  readonly tokens: ConformedTokens<P> | Skip
  /** Identifiers of people in the long account: names, addresses, ids. None may get past the raw pages. */
  readonly people: readonly string[] | Skip
  /** An account whose quota is used up, and the seconds until it returns. */
  readonly quota: { start(): Promise<P>; readonly stream: string; readonly seconds: number } | Skip
  readonly samples?: readonly Sample[]
  /** The clock. @default '2026-11-20T10:00:00Z' */
  readonly now?: string
  /** Checks that make no sense for it, by their names. */
  readonly skips?: Readonly<Record<string, string>>
}

export const NOW = '2026-11-20T10:00:00Z'
export const DAY = '2026-11-19'

/** One thing that a source must do. */
export interface Check {
  readonly name: string
  /** Throws unless it does; or why it need not. */
  readonly run: (() => Promise<void>) | Skip
}

/** Plays an account while `work` lasts. */
export async function play<P extends Played, T>(played: Promise<P>, work: (played: P) => Promise<T>): Promise<T> {
  const server = await played
  try {
    return await work(server)
  } finally {
    await server.close()
  }
}
