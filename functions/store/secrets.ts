/** Where keys and tokens live. No value of it ever reaches a log, an error, the lake or the table. */
export interface Secrets {
  /**
   * A secret of a source.
   * @throws `credentials` naming the secret and how to set it, if it is absent or empty
   */
  get(source: string, name: string): Promise<string>
  /** Keeps a secret that a vendor rotated; returns only when it is safe to use the new one. */
  put(source: string, name: string, value: string): Promise<void>
  /** The deployment's pepper (256 bits, hex): made when it is first asked for, the same ever after. */
  pepper(): Promise<string>
}
