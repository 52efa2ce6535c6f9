import { zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FactsWriter } from '../../functions/ingest/facts-writer.ts'
import type { Day } from '../../functions/kit/day.ts'
import type { Lake } from '../../functions/store/lake.ts'
import { openMemoryStore } from './memory-store.ts'

const BOUND = 24 * 1024 * 1024

const row = (text: string) => ({ line: JSON.stringify({ text }), content: text })

/** Rows of many days, some so large that memory forces them out. */
const rows = fc.array(
  fc.record({
    day: fc.integer({ min: 1, max: 28 }).map((n) => `2026-11-${String(n).padStart(2, '0')}` as Day),
    fact: fc.constantFrom('orders', 'interactions', 'links'),
    text: fc.string(),
    copies: fc.constantFrom(1, 1, 1, 8_000_000),
  }),
  { maxLength: 12 },
)

test('sums and digests are the same wherever memory forced rows out, and every row is in the lake once', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.boolean(), async (given, reversed) => {
      const { lake } = openMemoryStore()
      const large = new FactsWriter(lake, 's.t.R', 0)
      const small = new FactsWriter(openMemoryStore().lake, 's.t.R', 0)
      for (const { day, fact, text, copies } of given) {
        const padded = row(text)
        large.add(day, fact, { ...padded, line: padded.line + ' '.repeat(copies) })
      }
      for (const { day, fact, text } of reversed ? given.toReversed() : given) small.add(day, fact, row(text))
      const bare = (of: Awaited<ReturnType<FactsWriter['finish']>>) =>
        of.map(({ objects: _, ...sum }) => sum).sort((a, b) => (`${a.day} ${a.fact}` < `${b.day} ${b.fact}` ? -1 : 1))
      const written = await large.finish()
      expect(bare(written)).toEqual(bare(await small.finish()))
      expect(written.reduce((n, one) => n + one.rows, 0)).toBe(given.length)
      for (const { day, fact, rows: count, objects } of written) {
        const lines: string[] = []
        for (const key of objects) {
          expect(key).toMatch(new RegExp(`^facts/${fact}/day=${day}/s\\.t\\.R\\.\\d+\\.ndjson\\.zst$`))
          const text = zstdDecompressSync((await lake.get(key))!).toString('utf8')
          expect(text.endsWith('\n')).toBe(true)
          lines.push(
            ...text
              .trimEnd()
              .split('\n')
              .map((line) => JSON.parse(line).text as string),
          )
        }
        expect(lines.length).toBe(count)
        const expected = given.filter((one) => one.day === day && one.fact === fact).map(({ text }) => text)
        expect(lines).toEqual(expected)
      }
      const objects = written.flatMap((one) => one.objects)
      expect(new Set(objects).size).toBe(objects.length)
    }),
    { numRuns: 20 },
  )
})

test('no more than 24 MB of all days together are kept', async () => {
  const written: number[] = []
  let added = 0
  const lake = {
    put: async (_: string, body: Uint8Array) => void written.push(zstdDecompressSync(body).length),
  } as unknown as Lake
  const writer = new FactsWriter(lake, 's.t.R', 0)
  const line = 'x'.repeat(4_000)
  for (let n = 0; n < 20_000; n++) {
    const day = new Date(Date.UTC(2016, 0, 1) + ((n * 7919) % 3650) * 86_400_000).toISOString().slice(0, 10) as Day
    writer.add(day, 'orders', { line, content: String(n) })
    added += line.length + 1
    if (n % 1_000 === 0) {
      await writer.drain()
      expect(added - written.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(BOUND)
    }
  }
  const sums = await writer.finish()
  expect(written.reduce((sum, bytes) => sum + bytes, 0)).toBe(added)
  expect(sums.length).toBe(3650)
  expect(sums.reduce((sum, { rows: count }) => sum + count, 0)).toBe(20_000)
})

test('a write that fails is met where it is awaited, and not before', async () => {
  const lake = { put: () => Promise.reject(new Error('full')) } as unknown as Lake
  const writer = new FactsWriter(lake, 's.t.R', 0)
  writer.add('2026-11-19' as Day, 'orders', { line: 'x'.repeat(BOUND + 1), content: '' })
  // The failure happens here, while nobody waits for it.
  await new Promise((resolve) => setTimeout(resolve))
  await expect(writer.drain()).rejects.toThrow('full')
  writer.add('2026-11-19' as Day, 'orders', { line: 'y', content: '' })
  await expect(writer.finish()).rejects.toThrow('full')
  await writer.settle()
})

test('objects of a later invocation are counted on', async () => {
  const { lake } = openMemoryStore()
  const writer = new FactsWriter(lake, 's.t.R', 7)
  writer.add('2026-11-19' as Day, 'orders', row('a'))
  expect((await writer.finish())[0]!.objects).toEqual(['facts/orders/day=2026-11-19/s.t.R.7.ndjson.zst'])
})
