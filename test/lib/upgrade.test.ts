import { expect, it } from 'vitest'
import { SnapshotBody } from '../../functions/api/snapshot-body.ts'
import { day } from '../../functions/kit/day.ts'
import { readSnapshot } from '../../functions/store/read-snapshot.ts'
import { keys, SNAPSHOT_SCHEMA } from '../../functions/store/rows.ts'
import type { Item } from '../../functions/store/table.ts'
import { config, deploy, json, metrics } from '../api/deployment.ts'
import rows from './stored-0.1.0.json' with { type: 'json' }

/**
 * Rows as 0.1.0 wrote them, never to be changed: a snapshot of a shop with four rows, its series, and a definition. A
 * release that stores something else adds a file of its own, and reads all of them.
 */
const stored = rows.map((row) => ('body' in row ? { ...row, body: Buffer.from(row.body!, 'base64') } : row) as Item)

async function deployOver() {
  const deployment = await deploy({ config: { ...config, windows: [1, 7] } })
  await deployment.table.batch(stored)
  return { ...deployment, key: await deployment.key() }
}

it('a stored snapshot is answered as it was computed, also with metrics that are no longer there', async () => {
  const { get, key, table, lake } = await deployOver()
  const answer = await get('/v1/snapshots/2026-11-20', key)
  expect(answer.status).toBe(200)
  const body = await json(answer)
  // The document that callers have describes it.
  expect(() => SnapshotBody.parse(body)).not.toThrow()
  expect(body).toMatchObject({ date: '2026-11-20', timezone: 'Europe/Berlin', revision: 1, finality: 'final' })
  const known = new Set(metrics.map(({ id }) => id))
  expect(known.has('interactions')).toBe(false)
  expect(body.metrics.interactions.windows['1d']).toMatchObject({ value: 2, finality: 'final', coverage: 1 })
  expect(body.metrics.engagement_points).toMatchObject({ definition_version: 1, windows: { '1d': { value: 12 } } })
  expect(body.sources).toMatchObject([{ id: 'shop', status: 'ok', data_through: '2026-11-20', rows: 2 }])
  expect(await readSnapshot({ table, lake }, day('2026-11-20'))).toEqual(body)
})

it('a stored value keeps the definition version by which it was computed, whatever the metric means now', async () => {
  const { get, key } = await deployOver()
  expect(metrics.find(({ id }) => id === 'revenue')?.version).toBe(2)
  const range = 'from=2026-11-18&to=2026-11-20&window=7d'
  const series = await json(get(`/v1/metrics/revenue/series?${range}`, key))
  expect(series.columns).toMatchObject({
    value: [1250, 1250, 2240],
    definition_version: [1, 1, 1],
    revision: [1, 1, 1],
  })
})

it('what a newer release stored in another way is refused, and named, not misread', async () => {
  const { get, key, table } = await deployOver()
  const { pk, sk } = keys.revision(day('2026-11-20'), 1)
  const row = (await table.get(pk, sk))!
  await table.put({ ...row, schema: SNAPSHOT_SCHEMA + 1 })
  const answer = await get('/v1/snapshots/2026-11-20', key)
  expect(answer.status).toBe(503)
  expect((await json(answer)).detail).toMatch(/stored by a newer Tidemark \(schema 2, this one reads 1\)/)
})
