/**
 * The money that a source spends on reading, by UTC day: one account for all its readings, streams and processes.
 * Amounts are whole millionths of the currency, since sums of fractions are not exact.
 */
export interface Spend {
  /**
   * To be awaited before a request that costs money is sent. Nothing is reserved, and `granted` is null, where not even
   * `least` is left; then the request has to wait for the next UTC day.
   */
  reserve(wanted: Wanted): Promise<Reserved>
}

/** What a request may cost, and what may be spent. */
export interface Wanted {
  /** What is read; amounts are told by it. */
  readonly purpose: string
  /** Names the request. Sent again on the same day it is taken to read the same, and is reserved for only once. */
  readonly request: string
  /** Its items, where they are known: if all were charged today, it costs nothing. @default - not known */
  readonly items?: readonly string[]
  readonly least: number
  readonly most: number
  /** Of the day: for the source, and of that for the purpose. */
  readonly budget: number
  readonly share: number
  /** Of the amounts, such as `usd`. */
  readonly currency: string
}

/** An answer to `reserve`. */
export interface Reserved {
  /** What the request may cost, from `least` to `most`. */
  readonly granted: number | null
  readonly today: Today
  /**
   * Puts what was really charged in place of the reservation: an item counts once a UTC day. Where this is not reached,
   * the reservation stays spent.
   */
  settle(items: readonly { readonly id: string; readonly price: number }[]): Promise<Today>
}

/** What was spent, or reserved, on the UTC day, by purpose. */
export interface Today {
  readonly by: { readonly [purpose: string]: number }
  /** Of the purpose's share, and of the whole budget. */
  readonly left: number
}
