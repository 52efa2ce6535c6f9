/**
 * Immutable objects under slash-separated keys: a directory on a laptop, a bucket in AWS.
 * Keys hold only `A-Z a-z 0-9 . _ = -` and `/`, never `..`, never a leading slash.
 */
export interface Lake {
  /** Writes an object whole or not at all; replaces one of that key. */
  put(key: string, body: Uint8Array): Promise<void>
  /** Writes an object unless the key is taken. False (and nothing written) if it is; of many at once, one wins. */
  create(key: string, body: Uint8Array): Promise<boolean>
  /** The object's bytes; undefined if there is none. */
  get(key: string): Promise<Uint8Array | undefined>
  /** Every key that begins with `prefix`, ascending by UTF-8 bytes. A prefix need not end at a slash. */
  list(prefix: string): AsyncIterable<{ key: string; bytes: number }>
  /** Deletes objects; a key that does not exist is no error. */
  delete(keys: readonly string[]): Promise<void>
  /**
   * A local file that holds the object, for DuckDB, which reads files only. The file is not to be changed, and stays
   * at least until `close`.
   * @throws `invalid` if there is no such object
   */
  file(key: string): Promise<string>
  /** Releases sockets and local copies. */
  close(): Promise<void>
}
