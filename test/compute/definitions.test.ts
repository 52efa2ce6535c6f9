import { expect, test } from 'vitest'
import { interactions } from '../../functions/facts.ts'
import { rebuild } from '../../functions/ingest/rebuild.ts'
import { addDays, day } from '../../functions/kit/day.ts'
import { collectRows } from '../../functions/store/collect-rows.ts'
import { keys } from '../../functions/store/rows.ts'
import { deploy } from './deployment.ts'
import { somebody } from './facts-of.ts'
import { record, vendor } from './vendor.ts'

const FIRST = day('2026-11-02')

/** Every day one person visits twice and another writes three messages. */
function app() {
  const made = vendor('app', { all: { kind: 'events', facts: ['interactions'] } })
  made.put(
    'all',
    Array.from({ length: 30 }, (_, i) => addDays(FIRST, i)).flatMap((at) => [
      record(
        interactions({ at, channel: 'web', kind: 'visit', count: 2, initiator: 'customer', customer: somebody('ann') }),
        `${at} v`,
      ),
      record(
        interactions({
          at,
          channel: 'chat',
          kind: 'message',
          count: 3,
          initiator: 'customer',
          customer: somebody('bob'),
        }),
        `${at} m`,
      ),
    ]),
  )
  return made
}

const score = (weight: number) => [
  { metric: 'engagement_points', window: 1 as const, weight, floor: 0, target: 100 },
  { metric: 'active_customers', window: 1 as const, weight: 1, floor: 0, target: 4 },
]

async function pointsOf(home: Awaited<ReturnType<typeof deploy>>, date: string) {
  const { engagement_points: points, engagement_score: index } = (await home.snapshot(date)).metrics
  const at = (windows: (typeof points & object)['windows'] | undefined) => windows?.['1d']?.value ?? null
  return {
    version: points!.definition_version,
    value: at(points!.windows),
    before: points!.previous && [points!.previous.definition_version, at(points!.previous.windows)],
    score: at(index!.windows),
    scoreBefore: index!.previous && [index!.previous.definition_version, at(index!.previous.windows)],
  }
}

test('a changed weight is a new version, beside the old one for as many days as the config says', async () => {
  const source = app()
  const config = { vendors: [source], windows: [1], overlap: 3 }
  await using home = await deploy(
    { ...config, weights: { visit: 10, message: 1 }, score: score(1) },
    '2026-11-10T06:00:00Z',
  )
  await home.collect({ from: FIRST })
  await home.compute({ from: FIRST })
  expect(await pointsOf(home, '2026-11-09')).toEqual({
    version: 1,
    value: 23,
    before: undefined,
    score: (23 + 50) / 2,
    scoreBefore: undefined,
  })

  home.reconfigure({ ...config, weights: { visit: 1, 'chat.message': 20 }, score: score(3) })
  home.at('2026-11-16T06:00:00Z')
  await home.collect()
  await home.compute()
  // The first day that the new weights were computed for as the newest is the 15th.
  const both = { version: 2, value: 62, before: [1, 23], score: (62 * 3 + 50) / 4, scoreBefore: [1, (23 + 50) / 2] }
  expect(await pointsOf(home, '2026-11-15')).toEqual(both)
  const alone = { version: 2, value: 62, before: undefined, score: (62 * 3 + 50) / 4, scoreBefore: undefined }
  expect(await pointsOf(home, '2026-11-09')).toEqual(alone)
  const [first, second] = await home.revisions('2026-11-09')
  expect([first!.cause, second!.cause]).toEqual([null, 'definition'])

  home.at('2026-11-21T06:00:00Z')
  await home.collect()
  await home.compute()
  for (const date of ['2026-11-15', '2026-11-16', '2026-11-17']) expect(await pointsOf(home, date)).toEqual(both)
  expect(await pointsOf(home, '2026-11-18')).toEqual(alone)
})

test('the same settings written in another order are no new version', async () => {
  const config = { vendors: [app()], windows: [1] }
  await using home = await deploy({ ...config, weights: { visit: 10, message: 1 } }, '2026-11-10T06:00:00Z')
  await home.collect({ from: FIRST })
  await home.compute({ from: FIRST })
  home.reconfigure({ ...config, weights: { message: 1, visit: 10 } })
  await home.compute()
  expect((await pointsOf(home, '2026-11-09')).version).toBe(1)
})

test('a cap keeps one heavy user from dominating: nobody earns more a day', async () => {
  const config = { vendors: [app()], windows: [1], pointsCap: 8 }
  await using home = await deploy({ ...config, weights: { visit: 10, message: 1 } }, '2026-11-10T06:00:00Z')
  await home.collect({ from: FIRST })
  await home.compute({ from: FIRST })
  const { value, by } = (await home.snapshot('2026-11-09')).metrics.engagement_points!.windows['1d']!
  expect(value).toBe(8 + 3)
  expect(by!.channel).toEqual({ chat: { value: 3 }, web: { value: 8 } })
})

test('versions survive the loss of the table', async () => {
  const config = { vendors: [app()], windows: [1] }
  await using home = await deploy({ ...config, weights: { visit: 10 } }, '2026-11-10T06:00:00Z')
  await home.collect({ from: FIRST })
  await home.compute({ from: FIRST })
  home.reconfigure({ ...config, weights: { visit: 11 } })
  await home.compute()
  const { pk, sk } = keys.definition('engagement_points')
  const before = await home.store.table.get(pk, sk)
  expect(before!.versions).toHaveLength(2)
  for (const row of await collectRows(home.store.table, pk)) await home.store.table.delete(row.pk, row.sk)
  await rebuild(home.store, async () => {})
  expect(await home.store.table.get(pk, sk)).toEqual(before)
})
