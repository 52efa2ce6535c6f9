import { setTimeout } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import {
  type AttributeValue,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { TidemarkError } from '../kit/errors.ts'
import { awsError } from './aws-error.ts'
import { isLive, storable, storableCondition, storableKey, storableRange } from './storable.ts'
import type { Condition, Item, Table } from './table.ts'

type Attributes = Record<string, AttributeValue>

interface DynamodbOptions {
  /** Name of the table: partition key `pk`, sort key `sk`, both text; time to live `expires`. */
  readonly table: string
  /** @default - one of this table's own, for the credentials, the region and the endpoint of the environment */
  readonly client?: DynamoDBClient
  /** The clock by which rows expire, in epoch milliseconds. @default Date.now */
  readonly now?: () => number
}

/** Most requests of one BatchWriteItem. */
const BATCH = 25
const BATCHES_AT_ONCE = 4
const BATCH_TRIES = 10

/** A table in DynamoDB. DynamoDB deletes expired rows within days, so they are passed over here. */
export function openDynamodb({ table, client: given, now = Date.now }: DynamodbOptions): Table {
  const client =
    given ?? new DynamoDBClient({ requestHandler: { connectionTimeout: 5_000, socketTimeout: 30_000 }, maxAttempts: 6 })
  const what = `table '${table}'`
  const fail = (cause: unknown): never => {
    throw awsError(cause, what)
  }

  /**
   * Whether a conditional write took place. One whose answer was lost is repeated by the SDK and then refused because
   * of itself, which shows in the row: it is what the write would have left there.
   */
  async function settled(write: Promise<unknown>, left: Item | undefined): Promise<boolean> {
    try {
      await write
      return true
    } catch (cause) {
      if (!(cause instanceof ConditionalCheckFailedException)) return fail(cause)
      const found = cause.Item && storable(toItem(cause.Item))
      return (cause.$metadata.attempts ?? 1) > 1 && isDeepStrictEqual(found, left)
    }
  }

  async function writeBatch(requests: WriteRequest[]) {
    let rest = requests
    for (let tries = 1; ; tries++) {
      const answer = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: rest } })).catch(fail)
      rest = answer.UnprocessedItems?.[table] ?? []
      if (rest.length === 0) return
      if (tries === BATCH_TRIES) {
        throw new TidemarkError(
          'limited',
          `${what} took ${rest.length} rows in none of ${tries} tries; try again later`,
        )
      }
      await setTimeout(Math.random() * Math.min(5_000, 25 * 2 ** tries))
    }
  }

  return {
    async get(pk, sk) {
      storableKey(pk, sk)
      const { Item: found } = await client
        .send(new GetItemCommand({ TableName: table, Key: marshall({ pk, sk }), ConsistentRead: true }))
        .catch(fail)
      const item = found && toItem(found)
      return item && isLive(item, now()) ? item : undefined
    },

    async put(item, condition) {
      const row = storable(item)
      const command = new PutItemCommand({ TableName: table, Item: toAttributes(row), ...when(condition, now()) })
      return settled(client.send(command), row)
    },

    async delete(pk, sk, condition) {
      storableKey(pk, sk)
      const command = new DeleteItemCommand({ TableName: table, Key: marshall({ pk, sk }), ...when(condition, now()) })
      return settled(client.send(command), undefined)
    },

    async *query(pk, range = {}) {
      const bounds = storableRange(pk, range)
      if (!bounds) return
      let { limit } = bounds
      let start: Attributes | undefined
      while (limit > 0) {
        const page = await client
          .send(
            new QueryCommand({
              TableName: table,
              ...between(pk, bounds.from, bounds.to),
              ConsistentRead: true,
              ScanIndexForward: !range.reverse,
              ExclusiveStartKey: start,
              ...(Number.isFinite(limit) ? { Limit: limit } : {}),
            }),
          )
          .catch(fail)
        for (const found of page.Items ?? []) {
          const item = toItem(found)
          if (!isLive(item, now())) continue
          yield item
          limit--
        }
        start = page.LastEvaluatedKey
        if (!start) return
      }
    },

    async batch(items) {
      const rows = new Map(items.map(storable).map((row) => [JSON.stringify([row.pk, row.sk]), row]))
      const requests = [...rows.values()].map((row) => ({ PutRequest: { Item: toAttributes(row) } }))
      const batches = Array.from({ length: Math.ceil(requests.length / BATCH) }, (_, i) =>
        requests.slice(i * BATCH, (i + 1) * BATCH),
      )
      while (batches.length > 0) await Promise.all(batches.splice(0, BATCHES_AT_ONCE).map(writeBatch))
    },

    async close() {
      if (!given) client.destroy()
    },
  }
}

/** Large numbers are allowed: a double has at most 17 digits, DynamoDB keeps 38. */
function toAttributes(item: Item): Attributes {
  return marshall(item, { allowImpreciseNumbers: true, convertClassInstanceToMap: true })
}

function toItem(attributes: Attributes): Item {
  return unmarshall(attributes, { wrapNumbers: Number }) as Item
}

function between(pk: string, from: string, to: string | undefined) {
  const bounds = [from && 'sk >= :from', to !== undefined && 'sk <= :to'].filter(Boolean)
  const sort = bounds.length === 2 ? 'sk BETWEEN :from AND :to' : bounds[0]
  return {
    KeyConditionExpression: sort ? `pk = :pk AND ${sort}` : 'pk = :pk',
    ExpressionAttributeValues: marshall({
      ':pk': pk,
      ...(from && { ':from': from }),
      ...(to !== undefined && { ':to': to }),
    }),
  }
}

/** The condition as an expression in which an expired row counts as absent. */
function when(condition: Condition | undefined, now: number) {
  if (condition === undefined) return {}
  storableCondition(condition)
  const absent = 'attribute_not_exists(pk) OR #expires <= :now'
  const common = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }
  if (condition === 'absent') {
    return {
      ...common,
      ConditionExpression: absent,
      ExpressionAttributeNames: { '#expires': 'expires' },
      ExpressionAttributeValues: marshall({ ':now': now / 1000 }),
    }
  }
  const holds = `#attribute ${condition.is} :value`
  return {
    ...common,
    ConditionExpression: condition.orAbsent ? `${absent} OR ${holds}` : `NOT (${absent}) AND ${holds}`,
    ExpressionAttributeNames: { '#expires': 'expires', '#attribute': condition.attribute },
    ExpressionAttributeValues: marshall(
      { ':now': now / 1000, ':value': condition.value },
      { allowImpreciseNumbers: true },
    ),
  }
}
