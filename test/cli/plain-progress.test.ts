import { expect, test } from 'vitest'
import { plainProgress } from '../../cli/plain-progress.ts'

test('tells every end at once, and what goes on every two seconds', () => {
  const lines: string[] = []
  let now = 0
  const view = plainProgress(
    (line) => lines.push(line),
    () => now,
  )
  const reading = (pages: number) =>
    view.reading('shop', 'orders', { phase: 'read', daysTotal: 60, pages, records: pages * 500 })
  reading(1)
  now = 1_999
  reading(2)
  now = 2_000
  reading(3)
  reading(4)
  view.waiting('crm', 'deals', 60, 'X answered 429')
  view.waiting('crm', 'calls', 61, null)
  view.failed('crm', 'contacts', 'unavailable: vendor is down')
  view.read('shop', 'orders', { status: 'ok', days: 60, pages: 1_200, records: 600_000 })
  now = 4_000
  view.computing({ phase: 'compute', days: 1, daysTotal: 60 })
  expect(lines).toEqual([
    'shop.orders: 60 days, 3 pages, 1,500 records',
    'crm.deals: waits 60 s: X answered 429',
    'crm.calls: waits 61 s',
    'crm.contacts: unavailable: vendor is down',
    'shop.orders: ok, 60 days, 1,200 pages, 600,000 records',
    'computing: 1 of 60 days',
  ])
})
