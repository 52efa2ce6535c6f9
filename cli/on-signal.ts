type Close = () => unknown

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
    process.once(signal, () => {
      const end = () => process.exit(serving ? 0 : code)
      if (!serving) process.stderr.write('\nstopped; what was committed stays, and the next run goes on from there\n')
      setTimeout(end, PATIENCE)
      void Promise.allSettled([...closers].reverse().map(async (close) => close())).then(end)
    })
  }
}
