import { expect, test, vi } from 'vitest'
import { keys, type RangeRow } from '../../functions/store/rows.ts'
import { type Deployment, deploy } from './deployment.ts'
import { customer } from './facts-of.ts'
import { record, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

async function home() {
  const crm = vendor('crm', { people: { kind: 'whole', facts: ['customers'] } })
  crm.put('people', [record(customer('ann', { since: '2026-11-02' }))])
  const deployment = await deploy({ vendors: [crm], windows: [1] }, '2026-11-20T06:00:00Z')
  await deployment.collect()
  return deployment
}

const rangeOf = async ({ store }: Pick<Deployment, 'store'>) => {
  const { pk, sk } = keys.range()
  return (await store.table.get(pk, sk)) as RangeRow
}

test('what was published has a name once compute is done, and another after the next', async () => {
  await using deployment = await home()
  await deployment.compute({ from: '2026-11-01' })
  const first = await rangeOf(deployment)
  expect(first.published).toMatch(/^[0-9a-f-]{36}$/)
  await deployment.compute({ from: '2026-10-25' })
  const second = await rangeOf(deployment)
  expect(second).toMatchObject({ from: '2026-10-25', to: '2026-11-19' })
  expect(second.published).toMatch(/^[0-9a-f-]{36}$/)
  expect(second.published).not.toBe(first.published)
})

test('there is none from the first write of a compute to its end, nor after one that died', async () => {
  await using deployment = await home()
  await deployment.compute({ from: '2026-11-01' })
  const { table } = deployment.store
  const names: (string | undefined)[] = []
  const put = table.put.bind(table)
  const spy = vi.spyOn(table, 'put').mockImplementation(async (...given) => {
    if (/^(snapshot|series)#/.test(given[0].pk)) {
      names.push((await rangeOf(deployment)).published)
      if (given[0].pk.startsWith('series#')) throw new Error('killed')
    }
    return put(...given)
  })
  await expect(deployment.compute({ from: '2026-10-25' })).rejects.toThrow('killed')
  expect(names.length).toBeGreaterThan(1)
  expect(new Set(names)).toEqual(new Set([undefined]))
  expect((await rangeOf(deployment)).published).toBeUndefined()
  spy.mockRestore()
  await deployment.compute()
  expect((await rangeOf(deployment)).published).toMatch(/^[0-9a-f-]{36}$/)
})

test('one that has begun meanwhile is not named by the end of another', async () => {
  await using deployment = await home()
  const { table } = deployment.store
  const put = table.put.bind(table)
  vi.spyOn(table, 'put').mockImplementation(async (...given) => {
    if (given[0].pk.startsWith('series#')) await put({ ...(await rangeOf(deployment)), begun: 'another' })
    return put(...given)
  })
  await deployment.compute({ from: '2026-11-01' })
  expect(await rangeOf(deployment)).toMatchObject({ from: '2026-11-01', begun: 'another' })
  expect((await rangeOf(deployment)).published).toBeUndefined()
})
