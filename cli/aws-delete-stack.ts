import { setTimeout as sleep } from 'node:timers/promises'
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
  paginateDescribeStackEvents,
} from '@aws-sdk/client-cloudformation'
import { TidemarkError } from '../functions/kit/errors.ts'

const POLL_MS = 3_000

/**
 * Deletes a stack, and says what it waits for. It needs neither the config nor the bundles, which may be gone by then.
 * @returns whether there was such a stack
 * @throws `unavailable` with what CloudFormation could not delete
 */
export async function deleteStack(name: string, say: (line: string) => void): Promise<boolean> {
  const client = new CloudFormationClient({})
  try {
    // By its id, a stack can be looked at when it is gone.
    const id = await idOf(client, name)
    if (!id) return false
    await client.send(new DeleteStackCommand({ StackName: name }))
    for (let polls = 0; ; polls++) {
      const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: id })).catch(whereGone)
      const status = Stacks[0]?.StackStatus ?? 'DELETE_COMPLETE'
      if (status === 'DELETE_COMPLETE') return true
      if (status === 'DELETE_FAILED') {
        throw new TidemarkError('unavailable', `${name} is not deleted: ${await whyNot(client, id)}; run it again`)
      }
      if (polls % 5 === 0) say(`${name}: ${status}, ${(polls * POLL_MS) / 1000} s`)
      await sleep(POLL_MS)
    }
  } finally {
    client.destroy()
  }
}

async function idOf(client: CloudFormationClient, name: string): Promise<string | undefined> {
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name })).catch(whereGone)
  return Stacks[0]?.StackId
}

function whereGone(cause: Error): { Stacks?: never[] } {
  if (/does not exist/.test(cause.message)) return {}
  throw cause
}

async function whyNot(client: CloudFormationClient, id: string): Promise<string> {
  for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName: id })) {
    const failed = StackEvents.filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_FAILED')
    if (failed.length > 0) {
      return failed.map((one) => `${one.LogicalResourceId}: ${one.ResourceStatusReason}`).join('; ')
    }
  }
  return 'CloudFormation does not say why'
}
