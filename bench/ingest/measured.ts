/** What a process took for its work: seconds by the wall and of the processor, and its peak memory in MiB. */
export interface Measured {
  readonly wall: number
  readonly cpu: number
  readonly rss: number
}

/** Runs the work and prints what it took, and nothing of what the process did before. */
export async function measured(work: () => Promise<void>): Promise<void> {
  const before = process.cpuUsage()
  const started = performance.now()
  await work()
  const wall = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(before)
  const rss = process.resourceUsage().maxRSS / 1024
  process.stdout.write(`${JSON.stringify({ wall, cpu: (user + system) / 1e6, rss } satisfies Measured)}\n`)
}
