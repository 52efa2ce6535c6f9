import { defineCommand } from 'citty'
import { createKey, listKeys, revokeKey, rotateKey, type Scope, scopes } from '../functions/api/keys.ts'
import { invalid } from '../functions/kit/errors.ts'
import { openDeployment } from './open-deployment.ts'
import { json, type Outcome } from './outcome.ts'
import { textTable } from './text-table.ts'
import { wholeNumber } from './whole-number.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

const create = defineCommand({
  meta: { name: 'create', description: 'Make a key; it is shown once' },
  args: {
    name: { type: 'string', description: 'What it is for', required: true },
    scopes: {
      type: 'string',
      valueHint: 'scope,…',
      description: `Any of ${scopes.join(', ')}`,
      default: 'metrics:read',
    },
    days: { type: 'string', valueHint: 'n', description: 'Days until it ends', default: '365' },
    json,
  },
  async run({ args }): Promise<Outcome> {
    const days = wholeNumber('--days', args.days, 1, 3_660)
    await using deployment = await openDeployment()
    const now = deployment.now()
    const until = new Date(now.getTime() + days * DAY_MS)
    const wanted = args.scopes.split(',').map((scope) => scope.trim()) as Scope[]
    const { id, key } = await createKey(deployment.store.table, { name: args.name, scopes: wanted, until, now })
    const text = `${key}\n\nid ${id}, until ${until.toISOString()}; it is not shown again`
    return { ok: true, json: { id, key, name: args.name, scopes: wanted, until: until.toISOString() }, text }
  },
})

const list = defineCommand({
  meta: { name: 'list', description: 'Every key that was not revoked, without the key itself' },
  args: { json },
  async run(): Promise<Outcome> {
    await using deployment = await openDeployment()
    const keys = await listKeys(deployment.store.table)
    const rows = keys.map(({ id, name, scopes, created, until, last_used }) => [
      id,
      name,
      scopes.join(','),
      created,
      until,
      last_used,
    ])
    const none = 'no keys; make one: tidemark keys create --name dashboard'
    const text = rows.length > 0 ? textTable(['id', 'name', 'scopes', 'created', 'until', 'last used'], rows) : none
    return { ok: true, json: { keys }, text }
  },
})

const rotate = defineCommand({
  meta: { name: 'rotate', description: 'Make a key that takes the place of another; for a while, both work' },
  args: {
    id: { type: 'positional', description: 'Id of the key to replace, as keys list shows it', required: true },
    hours: { type: 'string', valueHint: 'n', description: 'Hours for which the old key still works', default: '24' },
    json,
  },
  async run({ args }): Promise<Outcome> {
    const hours = wholeNumber('--hours', args.hours, 1, 720)
    await using deployment = await openDeployment()
    const at = { overlapMs: hours * HOUR_MS, now: deployment.now() }
    const { id, key, name, until, oldUntil } = await rotateKey(deployment.store.table, args.id, at)
    return {
      ok: true,
      json: { id, key, name, until, replaces: args.id, old_until: oldUntil },
      text: `${key}\n\nid ${id}, until ${until ?? 'revoked'}; it is not shown again\n${args.id} works until ${oldUntil}`,
    }
  },
})

const revoke = defineCommand({
  meta: { name: 'revoke', description: 'End a key; a running API may honour it for ten seconds more' },
  args: { id: { type: 'positional', description: 'Its id, as keys list shows it', required: true }, json },
  async run({ args }): Promise<Outcome> {
    if (args.id.startsWith('tm_')) throw invalid('that is a key; revoke takes its id, which keys list shows')
    await using deployment = await openDeployment()
    await revokeKey(deployment.store.table, args.id)
    return { ok: true, json: { revoked: args.id }, text: `revoked ${args.id}` }
  },
})

/** `tidemark keys` */
export const keys = defineCommand({
  meta: { name: 'keys', description: 'Keys of the API' },
  subCommands: { create, list, rotate, revoke },
})
