/** Plain data of an attribute; bytes for what is compressed. */
export type Attribute =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly Attribute[]
  | { readonly [key: string]: Attribute }

/**
 * A row of the small ordered table: partition key, sort key (both non-empty), and attributes of at most 400 KB in all.
 * `expires` (epoch seconds) is when the row may vanish; readers never see it after that.
 */
export interface Item {
  readonly pk: string
  readonly sk: string
  readonly expires?: number
  readonly [attribute: string]: Attribute | undefined
}

/**
 * What must hold of the row in the table for a write to take place. `orAbsent` lets it also take place where there is
 * no row. An expired row counts as absent.
 */
export type Condition = 'absent' | { attribute: string; is: '=' | '<'; value: string | number; orAbsent?: boolean }

/** Bounds of a query over sort keys, all inclusive, compared as UTF-8 bytes. */
export interface Range {
  readonly from?: string
  readonly to?: string
  /** Descending. @default false */
  readonly reverse?: boolean
  /** @default - no limit */
  readonly limit?: number
}

/** SQLite on a laptop, DynamoDB in AWS. Every read sees every write that returned before it. */
export interface Table {
  get(pk: string, sk: string): Promise<Item | undefined>
  /** Writes the row, replacing one of its keys. False (and nothing written) if `condition` does not hold. */
  put(item: Item, condition?: Condition): Promise<boolean>
  /** Deletes the row, if there is one. False if `condition` does not hold. */
  delete(pk: string, sk: string, condition?: Condition): Promise<boolean>
  /** Rows of one partition, ascending by sort key unless reversed. */
  query(pk: string, range?: Range): AsyncIterable<Item>
  /** Writes many rows without condition, in no particular order and not as one. Of one key, the last wins. */
  batch(items: readonly Item[]): Promise<void>
  close(): Promise<void>
}
