/**
 * Who has to act:
 * - `credentials`: the operator renews a key or a permission; never retried.
 * - `limited`: nobody; the vendor asked to slow down. Retried later.
 * - `unavailable`: nobody; the network or the vendor is down. Retried later.
 * - `changed`: the author of the source; the vendor's answer no longer has the expected shape.
 * - `invalid`: the caller; an argument, a config or a file is wrong.
 */
export type ErrorCode = 'credentials' | 'limited' | 'unavailable' | 'changed' | 'invalid'

/** Messages travel in the workflow's state, whose errors Step Functions cuts at 32,768 characters. */
const LONGEST = 1_500

/**
 * The only error class of the project. Anything else that is thrown is a programmer's error.
 *
 * The message says what is wrong, the value got, the value expected and what to do; lower case, no full stop, no secret.
 * `name` equals the code, because Step Functions matches `ErrorEquals` against it.
 */
export class TidemarkError extends Error {
  readonly code: ErrorCode
  /** Seconds after which a retry makes sense, where the vendor said so (`limited`, `unavailable`). */
  readonly retryAfter: number | undefined

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; retryAfter?: number | undefined } = {}) {
    super(
      message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.name = code
    this.code = code
    this.retryAfter = options.retryAfter
  }
}

/** `invalid` in one word: most errors of this project are an argument that is wrong. */
export function invalid(message: string, cause?: unknown): TidemarkError {
  return new TidemarkError('invalid', message, { cause })
}
