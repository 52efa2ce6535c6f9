import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays, type Day, eachDay } from '../../functions/kit/day.ts'
import type { FactRow } from '../../functions/kit/fact.ts'
import { isPerson, person } from '../../functions/kit/person.ts'
import { checkProperty, differences, hasTime } from './check-property.ts'
import { type Deployment, deploy } from './deployment.ts'
import { anyRecord, type Draw, drawDeployment, FIRST, type Holding, vendorsOf } from './random-deployment.ts'
import type { Vendor, VendorRecord } from './vendor.ts'

/** What a home that was never told cannot know is kept out: which other keys a record of an entity stream once had. */
function sensible(holdings: readonly Holding[]): Holding[] {
  const alone = ({ fact, columns }: FactRow): FactRow => {
    const { customer } = columns
    if (!isPerson(customer)) return { fact, columns }
    const [email] = customer.emails
    const only = email === undefined ? { id: customer.ids[0] ?? customer.phones[0]! } : { email }
    return { fact, columns: { ...columns, customer: person(only) } }
  }
  return holdings.map((holding) => {
    if (holding.options.kind !== 'entity') return holding
    return { ...holding, records: holding.records.map((record) => ({ ...record, rows: record.rows.map(alone) })) }
  })
}

/** Some records change, some go, some come. Of an entity stream, all of it happens at `now`. */
function mutate(draw: Draw, holding: Holding, now: string, days: number, step: number): Holding {
  const { options, records } = holding
  if (options.facts?.includes('posts')) {
    const kept = records.filter(() => draw(fc.nat(7)) > 0)
    return { ...holding, records: kept }
  }
  const fresh = (key: string): VendorRecord => {
    const record = anyRecord(draw, key, options.facts!, options.kind, days)
    return options.kind === 'entity' ? { ...record, changed: now } : record
  }
  const changed = records.flatMap((record): VendorRecord[] => {
    const lot = draw(fc.nat(9))
    if (lot > 1 || (options.kind === 'entity' && record.gone)) return [record]
    if (lot === 1) return [fresh(record.key)]
    return options.kind === 'entity' ? [{ ...record, changed: now, gone: [record.key] }] : []
  })
  const more = Array.from({ length: draw(fc.nat(4)) }, (_, i) => fresh(`step${step}-${i}`))
  return { ...holding, records: [...changed, ...more] }
}

function refill(vendors: readonly Vendor[], holdings: readonly Holding[]): void {
  for (const { source, stream, records } of holdings)
    vendors.find((one) => one.source.id === source)!.put(stream, records)
}

/** What snapshots say, without when and in which revision they said it. */
async function said(home: Deployment, days: readonly Day[]): Promise<unknown> {
  const found: Record<string, unknown> = {}
  for (const date of days) {
    const { metrics, finality, final_on } = await home.snapshot(date)
    found[date] = { metrics, finality, final_on }
  }
  return found
}

test.skipIf(!hasTime)(
  'days computed as facts came, changed and went say what they would if all had been known at once',
  {
    timeout: 900_000,
  },
  async () => {
    const property = fc.asyncProperty(fc.gen(), async (gen) => {
      const draw: Draw = (arbitrary) => gen(() => arbitrary)
      const { settings, days, ...drawn } = drawDeployment(draw)
      const from = addDays(FIRST, draw(fc.integer({ min: 0, max: 20 })))
      let holdings = sensible(drawn.holdings)
      const settles = draw(fc.constantFrom(0, 2))
      holdings = holdings.map((holding) => ({ ...holding, options: { ...holding.options, settles, repull: settles } }))
      const vendors = vendorsOf(holdings)
      let last = addDays(FIRST, draw(fc.integer({ min: 25, max: 35 })))
      const clock = () => `${addDays(last, 1)}T12:00:00Z`
      // Nobody has changed a record tomorrow.
      const past = (records: readonly VendorRecord[]) =>
        records.map((record) =>
          record.changed && record.changed > clock() ? { ...record, changed: `${last}T12:00:00.000Z` } : record,
        )
      holdings = holdings.map((holding) => ({ ...holding, records: past(holding.records) }))
      refill(vendors, holdings)
      await using home = await deploy({ vendors, ...settings }, clock())
      await home.collect({ from: FIRST })
      await home.compute({ from })

      for (let step = 0; step < draw(fc.integer({ min: 1, max: 3 })); step++) {
        last = addDays(last, draw(fc.nat(3)))
        home.at(clock())
        const now = new Date(Date.parse(clock()) - 60_000).toISOString()
        holdings = sensible(holdings.map((holding) => mutate(draw, holding, now, days, step)))
        refill(vendors, holdings)
        const force = draw(fc.boolean())
        await home.collect({ ...(force && { from: addDays(last, -draw(fc.nat(20))), force }) })
        if (draw(fc.nat(3)) > 0) await home.compute()
      }
      last = addDays(last, 1)
      home.at(clock())
      await home.collect({ from: FIRST, force: true })
      await home.compute()

      const all = eachDay(from, last)
      const found = await said(home, all)
      await using fresh = await deploy({ vendors, ...settings }, clock())
      await fresh.collect({ from: FIRST })
      await fresh.compute({ from })
      expect(differences(await said(fresh, all), found).slice(0, 9)).toEqual([])

      await home.store.lake.delete(await home.objects('derived/'))
      const { revisions, changed } = await home.compute()
      expect({ revisions, changed }).toEqual({ revisions: 0, changed: [] })
    })
    await checkProperty(property, 1, 3)
  },
)
