import { spawnSync } from 'node:child_process'
import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { localHolder, takeLease } from '../../functions/store/lease.ts'
import { keys } from '../../functions/store/rows.ts'
import { memoryTable } from '../store/memory-table.ts'
import { deploy } from './deployment.ts'
import { daily, openVendor } from './vendor.ts'

const NOW = '2026-11-20T06:00:00Z'
const now = new Date(NOW)

/** A process of this machine that has ended. */
const dead = () => `local:${hostname()}:${spawnSync(process.execPath, ['--version']).pid}:1`

test('of ten at once, one reads; the others end as duplicates without a call', async () => {
  const vendor = openVendor('shop', { kind: 'events' })
  vendor.records = daily(['2026-11-19'], 5)
  await using deployed = await deploy({ sources: [vendor.source], now: NOW })
  const answers = await Promise.all(Array.from({ length: 10 }, () => deployed.once()))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill('duplicate'), 'ok'])
  expect(answers.filter(({ run }) => run !== null)).toHaveLength(1)
  expect(vendor.asked).toHaveLength(1)
  expect(await deployed.keys('log/')).toHaveLength(1)
  expect(await deployed.keys('manifests/')).toHaveLength(1)
  expect((await Array.fromAsync(deployed.store.table.query(keys.run('shop', '').pk))).length).toBe(1)
})

test('a duplicate keeps what the workflow counted so far', async () => {
  const vendor = openVendor('shop', { kind: 'events', span: 1 })
  vendor.records = daily(['2026-11-18', '2026-11-19'], 2)
  await using deployed = await deploy({ sources: [vendor.source], now: NOW })
  deployed.remaining = () => 30_000
  const { state, facts } = await deployed.once({ from: '2026-11-18' })
  expect(facts).toBe(2)
  await takeLease(deployed.store.table, 'shop', 'rows', 'lambda:other', 60)
  expect(await deployed.once({ state })).toMatchObject({
    status: 'duplicate',
    run: null,
    days: 1,
    facts: 2,
    state: null,
  })
})

test('the lease ends with the invocation, also when that fails', async () => {
  const vendor = openVendor('shop', { kind: 'events' })
  vendor.before = () => {
    throw new Error('broken')
  }
  await using deployed = await deploy({ sources: [vendor.source], now: NOW })
  await expect(deployed.once()).rejects.toThrow('broken')
  vendor.before = () => undefined
  expect(await deployed.once()).toMatchObject({ status: 'empty' })
  expect(await deployed.store.table.get('lease#shop', 'rows')).toBeUndefined()
})

test('of an invocation in Lambda that was killed, it runs out when the invocation would have', async () => {
  const table = memoryTable(() => ms)
  let ms = now.getTime()
  const take = (holder: string) => takeLease(table, 'shop', 'rows', holder, 900, new Date(ms))
  expect(await take('lambda:1')).not.toBeNull()
  ms += 899_000
  expect(await take('lambda:2')).toBeNull()
  ms += 1_000
  expect(await take('lambda:2')).not.toBeNull()
})

test('of a process on this machine that is dead, it is taken over at once; of one alive or elsewhere, it is not', async () => {
  for (const [holder, taken] of [
    [dead(), true],
    [`${localHolder()}:1`, false],
    [`local:elsewhere.example:${dead().split(':')[2]}:1`, false],
    [`lambda:${dead().split(':')[2]}`, false],
    ['local', false],
  ] as const) {
    const table = memoryTable(() => now.getTime())
    await takeLease(table, 'shop', 'rows', holder, 900, now)
    expect((await takeLease(table, 'shop', 'rows', 'local:me', 900, now)) !== null, holder).toBe(taken)
  }
})

test('of several that would take over, one does', async () => {
  const table = memoryTable(() => now.getTime())
  await takeLease(table, 'shop', 'rows', dead(), 900, now)
  const takers = await Promise.all(
    Array.from({ length: 10 }, (_, n) => takeLease(table, 'shop', 'rows', `local:${n}`, 900, now)),
  )
  expect(takers.filter((lease) => lease !== null)).toHaveLength(1)
})

test('released late, it leaves the lease of its successor alone', async () => {
  let ms = now.getTime()
  const table = memoryTable(() => ms)
  const first = await takeLease(table, 'shop', 'rows', 'lambda:1', 60, now)
  ms += 61_000
  const second = await takeLease(table, 'shop', 'rows', 'lambda:2', 60, new Date(ms))
  await first!.release()
  expect(await table.get('lease#shop', 'rows')).toMatchObject({ holder: 'lambda:2' })
  await second!.release()
  expect(await table.get('lease#shop', 'rows')).toBeUndefined()
})

test('streams do not wait for each other', async () => {
  const table = memoryTable(() => now.getTime())
  expect(await takeLease(table, 'shop', 'rows', 'a', 60, now)).not.toBeNull()
  expect(await takeLease(table, 'shop', 'others', 'b', 60, now)).not.toBeNull()
})
