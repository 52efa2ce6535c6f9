import { liveProgress } from './live-progress.ts'
import { plainProgress } from './plain-progress.ts'
import type { ProgressView } from './progress-view.ts'

/** Moving lines on a terminal that has a width, plain ones elsewhere; always on stderr, because stdout is for results. */
export async function openProgress(sources: readonly string[]): Promise<ProgressView> {
  const { stderr } = process
  return stderr.isTTY && stderr.columns > 0 && !process.env.CI
    ? liveProgress(sources)
    : plainProgress((line) => stderr.write(`${line}\n`))
}
