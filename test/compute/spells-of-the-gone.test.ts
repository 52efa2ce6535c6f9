import { expect, test, vi } from 'vitest'
import { deploy } from './deployment.ts'
import { customer, valueIn } from './facts-of.ts'
import { entity, type VendorRecord, vendor } from './vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

const ann = (changed: string, left: string | undefined, gone: string[] = []) =>
  entity('ann', changed, customer('ann', { since: '2026-11-02', ...(left && { left }) }), gone)
const ben = (changed: string, gone: string[] = []) => entity('ben', changed, customer('ben'), gone)

/** What the list says, reading after reading. */
const told: Readonly<Record<string, readonly VendorRecord[][]>> = {
  'deleted with all it was, then merged into another': [
    [ann('2026-11-09T10:00:00Z', undefined, ['ann'])],
    [ben('2026-11-10T10:00:00Z', ['ann'])],
  ],
  'merged into another, and listed late as it was before': [
    [ann('2026-11-08T10:00:00Z', undefined)],
    [ben('2026-11-10T10:00:00Z', ['ann'])],
    [ben('2026-11-10T10:00:00Z', ['ann']), ann('2026-11-10T08:00:00Z', '2026-11-06')],
  ],
  'deleted, back, listed late, and merged into another': [
    [ann('2026-11-08T10:00:00Z', undefined, ['ann'])],
    [ben('2026-11-10T10:00:00Z', ['ann'])],
    [ben('2026-11-10T10:00:00Z', ['ann']), ann('2026-11-10T08:00:00Z', undefined)],
  ],
}

test.each(Object.entries(told))(
  'somebody %s was a customer for the days that a full recompute says',
  async (_, lists) => {
    const crm = vendor('crm', { people: { kind: 'entity', facts: ['customers'], repull: 3 } })
    await using home = await deploy({ vendors: [crm], windows: [1] }, '2026-11-09T12:00:00Z')
    const count = async () =>
      Promise.all(
        ['05', '07', '08', '09', '10'].map(
          async (day) => valueIn(await home.snapshot(`2026-11-${day}`), 'customers').value,
        ),
      )
    for (const [i, list] of lists.entries()) {
      home.at(`2026-11-${String(10 + i).padStart(2, '0')}T12:00:00Z`)
      crm.put('people', list)
      await home.collect({ from: '2026-11-05' })
      await home.compute({ from: '2026-11-01' })
    }
    home.at('2026-11-13T12:00:00Z')
    await home.collect()
    await home.compute()
    const found = await count()
    await home.store.lake.delete(await home.objects('derived/'))
    const { changed } = await home.compute()
    expect({ changed, found: await count() }).toEqual({ changed: [], found })
  },
)
