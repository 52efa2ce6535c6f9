import { readFile } from 'node:fs/promises'
import { lateMetric } from '../kit/late-metric.ts'
import { openStore } from '../store/open.ts'
import { lateDay, type Watched } from './late-day.ts'

/** What lies beside the bundle. */
interface Beside extends Watched {
  readonly stage: string
}

/**
 * The Lambda function that looks every quarter of an hour whether yesterday's snapshot is there. Its alarm also goes off where it does
 * not run: a missing point is a bad one.
 */
export async function handler(): Promise<void> {
  const now = new Date()
  const { stage, ...watched }: Beside = JSON.parse(await readFile(new URL('config.json', import.meta.url), 'utf8'))
  const { table, close } = await openStore()
  try {
    const day = await lateDay(table, watched, now)
    if (day) process.stdout.write(`${JSON.stringify({ level: 'warn', message: 'no snapshot', day })}\n`)
    process.stdout.write(`${lateMetric(stage, day !== null, now)}\n`)
  } finally {
    await close()
  }
}
