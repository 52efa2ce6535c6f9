import { useContext } from 'preact/hooks'
import type { Refusal } from './client.js'
import { useReader } from './locale/reader.ts'
import { sentence } from './sentence.ts'
import { SessionContext } from './use-answer.ts'

/** What went wrong, in plain words, what the API said about it, and what to do. */
export function Trouble({ refusal }: { refusal: Refusal }) {
  const { words } = useReader()
  const { reload } = useContext(SessionContext)
  const { status, message, problem } = refusal
  const plain =
    status === 0
      ? words.errors.unreachable
      : status === 403
        ? words.errors.forbidden
        : status === 404
          ? words.errors.notFound
          : status === 429
            ? words.errors.limited
            : status >= 500
              ? words.errors.server
              : null
  return (
    <div class="trouble" role="alert">
      {plain && <p>{plain}</p>}
      {status !== 0 && (
        <p class="soft" lang="en" dir="ltr">
          {[sentence(message), ...(problem?.invalid_params ?? []).map(({ name, reason }) => `${name}: ${reason}`)].join(
            ' ',
          )}
        </p>
      )}
      {problem?.instance && <p class="soft">{words.frame.request(problem.instance)}</p>}
      <button type="button" onClick={reload}>
        {words.frame.tryAgain}
      </button>
    </div>
  )
}
