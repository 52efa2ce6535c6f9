import { writeSync } from 'node:fs'

type Close = () => unknown

const STDERR = 2

const closers = new Set<Close>()
let serving = false

/** Longest wait for what has to be closed, in milliseconds; the store is consistent without it. */
const PATIENCE = 3_000

/** Has `close` called, newest first, when a signal ends the process. The returned function takes that back. */
export function closeOnSignal(close: Close): () => void {
  closers.add(close)
  return () => void closers.delete(close)
}

/** From now on a signal is the ordinary way to end, and no interruption. */
export function expectSignal(): void {
  serving = true
}

/** Makes SIGINT and SIGTERM end the process soon, with 130 and 143, or 0 where the end was expected. */
export function handleSignals(): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    let signalled = false
    // It stays for a second signal: the terminal's own listener ends the process at once if it is the only one left.
    process.on(signal, () => {
      const end = () => process.exit(serving ? 0 : code)
      if (signalled) end()
      signalled = true
      // Past process.stderr, which holds back what is written while lines move.
      if (!serving) writeSync(STDERR, '\nstopped; what was committed stays, and the next run goes on from there\n')
      setTimeout(end, PATIENCE)
      void Promise.allSettled([...closers].reverse().map(async (close) => close())).then(end)
    })
  }
}
