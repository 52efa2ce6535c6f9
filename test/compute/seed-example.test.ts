import { expect, test, vi } from 'vitest'
import { customers, interactions } from '../../functions/facts.ts'
import { addDays, day } from '../../functions/kit/day.ts'
import { person } from '../../functions/kit/person.ts'
import { deploy } from './deployment.ts'
import { record, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

test('200 customers and 1,000 interactions in 30 days make a Customer Interaction Rate of 500', async () => {
  const crm = vendor('crm', { people: { kind: 'whole', facts: ['customers'] } })
  const app = vendor('app', { actions: { kind: 'events', facts: ['interactions'] } })
  const who = (n: number) => person({ email: `p${n}@x.example` })
  crm.put(
    'people',
    Array.from({ length: 200 }, (_, n) => record(customers({ customer: who(n), since: '2023-10-20' }))),
  )
  const first = day('2026-10-21')
  app.put(
    'actions',
    Array.from({ length: 1000 }, (_, n) =>
      record(
        interactions({
          at: `${addDays(first, n % 30)}T12:00:00Z`,
          channel: 'web',
          kind: 'visit',
          initiator: 'customer',
          customer: who(n % 50),
        }),
      ),
    ),
  )
  await using home = await deploy({ vendors: [crm, app], windows: [1, 30, 'all'] }, '2026-11-20T06:00:00Z')
  await home.collect({ from: '2026-10-21' })
  await home.compute({ from: '2026-10-21' })
  const { metrics } = await home.snapshot('2026-11-19')
  expect(metrics.customer_interaction_rate!.windows['30d']).toMatchObject({
    value: 500,
    numerator: 1000,
    denominator: 200,
    coverage: 1,
    finality: 'final',
  })
  expect(metrics.active_customer_share!.windows['30d']).toMatchObject({ value: 25, numerator: 50, denominator: 200 })
})
