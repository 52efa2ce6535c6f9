import type { Progress } from '../functions/kit/invocation.ts'
import { describeProgress } from './describe-progress.ts'
import type { ProgressView } from './progress-view.ts'

/** One line about what goes on at most every so many milliseconds. */
const EVERY = 2_000

/** Progress for logs: a line for every stream that ends, and now and then one about those under way. */
export function plainProgress(
  write: (line: string) => void,
  clock: () => number = () => performance.now(),
): ProgressView {
  let last = clock()
  const failures = new Set<string>()
  const nowAndThen = (what: string, progress: Progress) => {
    if (clock() - last < EVERY) return
    last = clock()
    write(`${what}: ${describeProgress(progress)}`)
  }
  return {
    reading: (source, stream, progress) => nowAndThen(`${source}.${stream}`, progress),
    waiting: (source, stream, seconds, why) =>
      write(`${source}.${stream}: waits ${seconds} s${why === null ? '' : `: ${why}`}`),
    failed(source, stream, text) {
      // What is wrong with a whole source is told once, not once for every stream and attempt.
      if (failures.has(`${source} ${text}`)) return
      failures.add(`${source} ${text}`)
      write(`${source}.${stream}: ${text}`)
    },
    read: (source, stream, { status, ...figures }) =>
      write(`${source}.${stream}: ${status}, ${describeProgress(figures)}`),
    computing: (progress) => nowAndThen('computing', progress),
    computeFailed: (text) => write(`computing: ${text}`),
    close: async () => {},
  }
}
