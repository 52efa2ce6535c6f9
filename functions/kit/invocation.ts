/** What a handler tells whoever watches; nobody does in Lambda. */
export interface Progress {
  readonly phase: 'read' | 'commit' | 'compute'
  readonly source?: string
  readonly stream?: string
  /** Days done, of `daysTotal`. */
  readonly days?: number
  readonly daysTotal?: number
  readonly pages?: number
  readonly records?: number
  readonly note?: string
}

/** What Lambda hands a handler, as far as the handlers use it; the local runner makes the same. */
export interface Invocation {
  getRemainingTimeInMillis(): number
  /** Names the invocation; a lease belongs to it. */
  readonly awsRequestId: string
  readonly progress?: (progress: Progress) => void
}
