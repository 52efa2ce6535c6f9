import { readFile } from 'node:fs/promises'
import { lateMetric } from '../kit/late-metric.ts'
import { openStore, type Store } from '../store/open.ts'
import { keys } from '../store/rows.ts'

/** What CloudFormation sends to a custom resource. */
export interface SetupEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete'
  readonly ResponseURL: string
  readonly StackId: string
  readonly RequestId: string
  readonly LogicalResourceId: string
  readonly PhysicalResourceId?: string
}

const PHYSICAL_ID = 'tidemark-setup'

/**
 * The Lambda function that every deployment calls: makes the pepper if there is none, notes when the deployment was first
 * made, and publishes a first point of the metric. Deletes nothing. Answers CloudFormation whatever happens, because it
 * would wait an hour for that.
 */
export async function handler(event: SetupEvent): Promise<void> {
  let reason = ''
  try {
    if (event.RequestType !== 'Delete') {
      const { stage } = JSON.parse(await readFile(new URL('config.json', import.meta.url), 'utf8'))
      const now = new Date()
      await setUp(await openStore(), now)
      process.stdout.write(`${lateMetric(stage, false, now)}\n`)
    }
  } catch (error) {
    process.stderr.write(`${JSON.stringify({ level: 'error', message: String(error) })}\n`)
    reason = String(error).slice(0, 1_000)
  }
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId = PHYSICAL_ID } = event
  const body = JSON.stringify({
    Status: reason ? 'FAILED' : 'SUCCESS',
    Reason: reason,
    PhysicalResourceId,
    StackId,
    RequestId,
    LogicalResourceId,
  })
  // The address is signed without a content type.
  const answered = await fetch(event.ResponseURL, { method: 'PUT', body, headers: { 'Content-Type': '' } })
  if (!answered.ok) throw new Error(`CloudFormation answered ${answered.status}`)
}

/** What is made once, and kept ever after. */
export async function setUp({ secrets, table }: Pick<Store, 'secrets' | 'table'>, now: Date): Promise<void> {
  await secrets.pepper()
  await table.put({ ...keys.deployed(), at: now.toISOString() }, 'absent')
}
