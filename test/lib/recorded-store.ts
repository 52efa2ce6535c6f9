import type { Lake } from '../../functions/store/lake.ts'
import type { Store } from '../../functions/store/open.ts'
import type { Secrets } from '../../functions/store/secrets.ts'
import type { Table } from '../../functions/store/table.ts'
import { arnText, listOf, type Statement } from './synthesised.ts'

/** One thing that a function asked AWS for. */
export interface Asked {
  readonly action: string
  /** As in the template: `<LakeBucket>/raw/…`. */
  readonly resource: string
  /** Of a row. */
  readonly leadingKey?: string
}

const object = (action: string, key: string): Asked => ({ action: `s3:${action}`, resource: `<LakeBucket>/${key}` })
const row = (action: string, leadingKey: string): Asked => ({
  action: `dynamodb:${action}`,
  resource: '<Table>',
  leadingKey,
})
const secret = (action: string, name: string): Asked => ({ action: `ssm:${action}`, resource: `tidemark/prod/${name}` })

/** A store that notes what its adapters in AWS would ask for. */
export function recordedStore({ lake, table, secrets }: Store, asked: Asked[]): Store {
  const noting = <T>(ones: readonly Asked[], act: () => T): T => {
    asked.push(...ones)
    return act()
  }
  const list: Asked = { action: 's3:ListBucket', resource: '<LakeBucket>' }
  const recordedLake: Lake = {
    put: (key, body) => noting([object('PutObject', key)], () => lake.put(key, body)),
    create: (key, body) => noting([object('PutObject', key)], () => lake.create(key, body)),
    get: (key) => noting([object('GetObject', key)], () => lake.get(key)),
    list: (prefix) => noting([list], () => lake.list(prefix)),
    delete: (keys) =>
      noting(
        keys.map((key) => object('DeleteObject', key)),
        () => lake.delete(keys),
      ),
    file: (key) => noting([object('GetObject', key)], () => lake.file(key)),
    close: () => lake.close(),
  }
  const recordedTable: Table = {
    get: (pk, sk) => noting([row('GetItem', pk)], () => table.get(pk, sk)),
    put: (item, condition) => noting([row('PutItem', item.pk)], () => table.put(item, condition)),
    delete: (pk, sk, condition) => noting([row('DeleteItem', pk)], () => table.delete(pk, sk, condition)),
    query: (pk, range) => noting([row('Query', pk)], () => table.query(pk, range)),
    batch: (items) =>
      noting(
        items.map(({ pk }) => row('BatchWriteItem', pk)),
        () => table.batch(items),
      ),
    close: () => table.close(),
  }
  const recordedSecrets: Secrets = {
    get: (source, name) => noting([secret('GetParameter', `${source}/${name}`)], () => secrets.get(source, name)),
    put: (source, name, value) =>
      noting([secret('PutParameter', `${source}/${name}`)], () => secrets.put(source, name, value)),
    pepper: () => noting([secret('GetParameter', 'pepper')], () => secrets.pepper()),
  }
  return { lake: recordedLake, table: recordedTable, secrets: recordedSecrets, close: async () => {} }
}

/** Whether statements allow it, by IAM's rules as far as the statements of this stack need them. */
export function isAllowed(statements: readonly Statement[], { action, resource, leadingKey }: Asked): boolean {
  return statements.some(({ Action, Resource, Condition }) => {
    const keys = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] as string | string[] | undefined
    const known = Object.keys(Condition ?? {}).every((operator) => operator === 'ForAllValues:StringLike')
    return (
      known &&
      listOf(Action).includes(action) &&
      listOf(Resource).some((arn) => matches(arnText(arn).replace(/^.*:parameter\//, ''), resource)) &&
      (keys === undefined || (leadingKey !== undefined && listOf(keys).some((pattern) => matches(pattern, leadingKey))))
    )
  })
}

/** `*` stands for any characters, `/` and `#` too. */
function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(text)
}
