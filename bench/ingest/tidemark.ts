import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { argv } from 'node:process'
import * as z from 'zod'
import { interactions } from '../../functions/facts.ts'
import { ingest } from '../../functions/ingest/ingest.ts'
import { defineConfig } from '../../functions/kit/config.ts'
import { day } from '../../functions/kit/day.ts'
import { defineSource } from '../../functions/kit/define-source.ts'
import { person } from '../../functions/kit/person.ts'
import { readJson } from '../../functions/kit/read-json.ts'
import { openDirectory } from '../../functions/store/directory.ts'
import { openEnv } from '../../functions/store/env.ts'
import { localHolder } from '../../functions/store/lease.ts'
import { openSqlite } from '../../functions/store/sqlite.ts'
import { measured } from './measured.ts'

/** `node tidemark.ts <address> <pages> <slices> <folder>`: ingests the pages into a store in the folder. */
const [address, pages, slices, home] = [argv[2]!, Number(argv[3]), Number(argv[4]), argv[5]!]

const Row = z.object({ id: z.string(), at: z.string(), kind: z.enum(['visit', 'message', 'like']), email: z.string() })

const vendor = defineSource({
  name: 'vendor',
  docs: 'https://vendor.example/docs',
  options: z.strictObject({}),
  secrets: [],
  api: () => ({ baseUrl: `${address}/`, perSecond: 10_000 }),
  streams: () => ({
    rows: {
      kind: 'events' as const,
      facts: ['interactions'],
      record: Row,
      ...(slices > 1 && { slices: () => Array.from({ length: slices }, (_, slice) => String(slice)) }),
      async *pages({ http, slice, resume }) {
        const step = Math.ceil(pages / slices)
        const first = Number(slice ?? 0) * step
        const end = Math.min(first + step, pages)
        for (let n = (resume as number | null) ?? first; n < end; n++) {
          const { bytes } = await http.get(String(n))
          yield { page: { bytes }, resume: n + 1 < end ? n + 1 : null }
        }
      },
      *records({ bytes }) {
        yield* (readJson(bytes) as { results: unknown[] }).results
      },
      key: ({ id }: z.output<typeof Row>) => id,
      map: ({ at, kind, email }: z.output<typeof Row>) =>
        interactions({ at, channel: 'web', kind, initiator: 'customer', customer: person({ email }) }),
    },
  }),
})

const config = defineConfig({ timezone: 'UTC', currency: 'EUR', sources: [vendor({})] })
const store = {
  lake: openDirectory(join(home, 'lake')),
  table: openSqlite(join(home, 'table.sqlite')),
  secrets: openEnv({ home, env: { TIDEMARK_PEPPER: '5a'.repeat(32) }, dotenv: join(home, 'none') }),
  close: async () => {},
}
await measured(async () => {
  const answer = await ingest(
    {
      store,
      config,
      now: () => new Date('2026-11-01T00:00:00Z'),
      files: () => ({
        open: () => {
          throw new Error('there are no files')
        },
      }),
      holder: `${localHolder()}:${randomUUID()}`,
    },
    { source: 'vendor', stream: 'rows', from: day('2026-10-01'), to: day('2026-10-28'), force: true, state: null },
    { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 900_000 },
  )
  if (answer.status !== 'ok' || answer.facts !== pages * 500) throw new Error(JSON.stringify(answer))
})
