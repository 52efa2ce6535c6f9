/** Keeps the key under which something is sent, so that sending it again adds nothing. */
export class RetryKey {
  readonly #make: () => string
  #kept: { readonly body: string; readonly key: string } | null = null

  constructor(make: () => string) {
    this.#make = make
  }

  /** The same for the same body until it is done; with another body a key would be refused. */
  of(body: string): string {
    if (this.#kept?.body !== body) this.#kept = { body, key: this.#make() }
    return this.#kept.key
  }

  /** It was received; whoever sends the same once more means it. */
  done(): void {
    this.#kept = null
  }
}
