import type { Metrics, Sources } from '../client.js'
import type { Route } from '../route.ts'

/** What every page is given. */
export interface PageProps {
  readonly route: Route
  /** What can be asked; `snapshots` is null before the first. */
  readonly catalogue: Metrics
  /** How the sources are; absent while it is on its way, or where the key may not read it. */
  readonly sources?: Sources
  /** Changes parameters of the view, and with them the address; an empty one is left out. */
  show(query: Readonly<Record<string, string>>): void
}
