import { describeProgress } from './describe-progress.ts'
import type { ProgressView } from './progress-view.ts'

/** Progress for people: a line per source that moves, on stderr, and ends with a tick only if all of it is well. */
export async function liveProgress(sources: readonly string[]): Promise<ProgressView> {
  const { Listr, ListrLogger, ProcessOutput } = await import('listr2')
  const lines = new Map(sources.map((source) => [source, line(source)]))
  const snapshots = line('snapshots')
  const list = new Listr(
    [...lines.values(), snapshots].map(({ task }) => task),
    {
      concurrent: true,
      exitOnError: false,
      // Signals are handled in one place, for the store's sake.
      registerSignalListeners: false,
      forceTTY: true,
      rendererOptions: {
        showErrorMessage: false,
        logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) }),
      },
    },
  )
  const shown = list.run()
  const started = performance.now()
  const rate = (records: number | undefined) =>
    records ? `, ${Math.round(records / ((performance.now() - started) / 1000)).toLocaleString('en')} records/s` : ''
  return {
    reading: (source, stream, progress) =>
      lines.get(source)?.show(`${stream}: ${describeProgress(progress)}${rate(progress.records)}`),
    waiting: (source, stream, seconds, why) =>
      lines.get(source)?.show(`${stream}: waits ${seconds} s${why === null ? '' : `: ${why}`}`),
    failed: (source, stream, text) => lines.get(source)?.show(`${stream}: ${text}`, { [stream]: false }),
    read: (source, stream, { status, ...figures }) =>
      lines.get(source)?.show(`${stream}: ${status}, ${describeProgress(figures)}`, {
        [stream]: status === 'ok' || status === 'empty',
      }),
    computing(progress) {
      for (const { end } of lines.values()) end()
      snapshots.show(describeProgress(progress), { all: true })
    },
    computeFailed: (text) => snapshots.show(text, { all: false }),
    async close() {
      for (const { end } of [...lines.values(), snapshots]) end()
      await shown
    },
  }
}

/** A line that moves until it is ended, and knows which parts of it are well. */
function line(name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const well = new Map<string, boolean>()
  let title = (_: string) => {}
  return {
    end: () => ([...well.values()].includes(false) ? reject(new Error(name)) : resolve()),
    show(text: string, parts: Readonly<Record<string, boolean>> = {}) {
      for (const [part, is] of Object.entries(parts)) well.set(part, is)
      title(`${name}  ${text}`)
    },
    task: {
      title: name,
      task: (_: unknown, task: { title: string }) => {
        title = (text) => {
          task.title = text
        }
        return promise
      },
    },
  }
}
