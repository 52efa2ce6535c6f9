import type { Config } from '../kit/config.ts'
import type { Files } from '../kit/source.ts'
import type { Store } from '../store/open.ts'

/** What ingest works with. */
export interface IngestDeps {
  readonly store: Store
  readonly config: Config
  readonly now: () => Date
  readonly files: (source: string) => Files
  /** Unique to the invocation, for the lease. */
  readonly holder: string
}
