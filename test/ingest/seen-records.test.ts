import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SeenRecords } from '../../functions/ingest/seen-records.ts'

test('tells the first meeting of a record from all others, over any division into invocations', () => {
  const records = fc.array(fc.integer({ min: 0, max: 3_000 }).map(String), { maxLength: 4_000 })
  fc.assert(
    fc.property(fc.array(records, { maxLength: 4 }), (invocations) => {
      const known = new Set<string>()
      const told: string[] = []
      for (const records of invocations) {
        const seen = new SeenRecords(told)
        const before = seen.size
        for (const record of records) {
          expect(seen.add(record)).toBe(!known.has(record))
          known.add(record)
        }
        expect(seen.size).toBe(known.size)
        told.push(seen.since(before))
      }
    }),
    { numRuns: 50 },
  )
})
