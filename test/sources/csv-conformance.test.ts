import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { interactions } from '../../functions/facts.ts'
import { person } from '../../functions/kit/person.ts'
import { csv } from '../../functions/sources/csv.ts'
import { conformSource, type Played } from './conformance.ts'

/** Files of a folder, by name. */
const files = {
  recorded: { 'a.csv': 'when,who\n2026-11-19T09:00:00,ann@example.com\n2026-11-19T10:00:00,\n' },
  long: {
    'a.csv': 'when,who\n2026-11-18T09:00:00,ann@example.com\n',
    'b.csv': 'when,who\n2026-11-18T09:00:00,ann@example.com\n2026-11-19T09:00:00,bob@example.com\n',
    'c.csv': 'when,who\n2026-11-19T23:59:59,cid@example.com\n',
  },
  empty: { 'a.csv': 'when,who\n' },
}

async function start(account: keyof typeof files): Promise<Played> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-csv-'))
  for (const [name, text] of Object.entries(files[account])) await writeFile(join(folder, name), text)
  return { folder, requests: [], fail() {}, heal() {}, close: () => rm(folder, { recursive: true, force: true }) }
}

const visited = { channel: 'in_person', kind: 'visit' } as const

conformSource('csv', {
  start,
  source: () =>
    csv({
      ...{ file: '*.csv', zone: 'Europe/Berlin' },
      map: (row) => interactions({ ...visited, at: row.when!, customer: person({ email: row.who }) }),
    }),
  secrets: () => ({}),
  streams: {
    rows: {
      pages: 3,
      expected: [
        interactions({ ...visited, at: '2026-11-19T09:00:00', customer: person({ email: 'ann@example.com' }) }),
        interactions({ ...visited, at: '2026-11-19T10:00:00' }),
      ],
    },
  },
  tokens: { skip: 'it reads files and calls nobody' },
  people: ['ann@example.com', 'cid@example.com'],
  quota: { skip: 'files have no quota' },
  skips: {
    'commits the same whatever the order of pages and records, and from pages given twice':
      'rows that are alike are several rows, and no file is given twice',
  },
})
