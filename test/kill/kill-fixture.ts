import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { audience, customers, interactions, orders } from '../../functions/facts.ts'
import { type Config, defineConfig } from '../../functions/kit/config.ts'
import { addDays, type Day, day, eachDay } from '../../functions/kit/day.ts'
import { defineSource } from '../../functions/kit/define-source.ts'
import type { Json } from '../../functions/kit/page.ts'
import { person } from '../../functions/kit/person.ts'
import type { Turn } from '../../functions/kit/source.ts'
import { csv } from '../../functions/sources/csv.ts'

/** One collection of the story that every home lives through: what is asked for, and what the vendors say by then. */
export interface Chapter {
  readonly now: string
  readonly from: Day | null
  readonly to: Day | null
}

const FIRST = day('2026-03-01')

/**
 * Ten days at once; the next morning, with late rows, a changed file, a merged and a deleted contact, and a day of which
 * most is missing; seven hours later, when that day still looks so and is believed.
 */
export const chapters: readonly Chapter[] = [
  { now: '2026-03-11T03:00:00Z', from: FIRST, to: addDays(FIRST, 9) },
  { now: '2026-03-12T03:00:00Z', from: null, to: null },
  { now: '2026-03-12T10:30:00Z', from: null, to: null },
]

const ZONE = 'Europe/Berlin'

const email = (n: number) => `someone${n}@example.org`

const page = (records: readonly unknown[], resume: Json): Turn => ({
  page: { bytes: Buffer.from(JSON.stringify(records)) },
  resume,
})

const recordsOf = ({ bytes }: { bytes: Uint8Array }) => JSON.parse(Buffer.from(bytes).toString()) as unknown[]

const Contact = z.object({
  id: z.string(),
  email: z.string(),
  phone: z.string(),
  since: z.string(),
  changed: z.string(),
  archived: z.boolean(),
  merged: z.array(z.string()),
})
type Contact = z.output<typeof Contact>

function contactsAt(chapter: number): Contact[] {
  const old = Array.from({ length: 12 }, (_, i) => ({
    id: String(100 + i),
    email: email(i),
    phone: `+49301234${i % 7}`,
    since: `2026-02-${String(10 + i)}T12:00:00Z`,
    changed: `2026-03-0${1 + (i % 9)}T12:00:00Z`,
    archived: false,
    merged: [] as string[],
  }))
  if (chapter === 0) return old
  const changed = '2026-03-11T15:00:00Z'
  const [moved, left, winner] = [old[3]!, old[4]!, old[5]!]
  return [
    ...old.filter(({ id }) => !['103', '104', '105', '106'].includes(id)),
    { ...moved, email: 'elsewhere@example.org', changed },
    { ...left, archived: true, changed },
    { ...winner, merged: ['106'], changed: chapter === 1 ? changed : '2026-03-12T09:00:00Z' },
    { ...moved, id: '130', email: 'new@example.org', phone: '+493099', since: '2026-03-11T09:00:00Z', changed },
  ]
}

/** A CRM whose contacts are read by modification time, in pages of five. */
const crm = defineSource({
  name: 'crm',
  docs: 'https://example.org',
  secrets: [],
  options: z.strictObject({ chapter: z.number() }),
  streams: ({ chapter }) => ({
    contacts: {
      kind: 'entity',
      facts: ['customers'],
      record: Contact,
      repull: 1,
      async *pages({ baseline, range, resume }) {
        const all = contactsAt(chapter).filter(({ changed }) => baseline || Date.parse(changed) >= range.start)
        for (let at = Number(resume ?? 0); at < all.length; at += 5) {
          yield page(all.slice(at, at + 5), at + 5 < all.length ? at + 5 : null)
        }
      },
      records: recordsOf,
      key: ({ id }) => id,
      changed: ({ changed }) => changed,
      gone: ({ id, archived, merged }) => (archived ? [id] : merged),
      map: ({ id, since, ...them }) =>
        customers({ customer: person({ email: them.email, phone: them.phone, id }), since, segment: `s${+id % 3}` }),
    },
  }),
})

const Call = z.object({ id: z.string(), at: z.string(), who: z.number() })

/** Calls per day and office; most of the ninth is gone the next morning, and two of the tenth come late. */
function callsOf(office: string, on: Day, chapter: number): z.output<typeof Call>[] {
  const short = chapter > 0 && on === '2026-03-09'
  const late = chapter > 0 && on === '2026-03-10'
  const count = on === '2026-03-09' ? (short ? 4 : 12) : late ? 3 : 2
  return Array.from({ length: count }, (_, i) => ({
    id: `${office}-${on}-${i}`,
    at: `${on}T${String(8 + (i % 10)).padStart(2, '0')}:15:00Z`,
    who: (i * 5 + Number(on.slice(8))) % 14,
  }))
}

/** A help desk: calls by day from two offices, one of which has to be asked twice, and a level. */
const desk = defineSource({
  name: 'desk',
  docs: 'https://example.org',
  secrets: [],
  options: z.strictObject({ chapter: z.number() }),
  streams: ({ chapter }) => ({
    calls: {
      kind: 'events',
      facts: ['interactions'],
      record: Call,
      repull: 2,
      settles: 1,
      span: 6,
      slices: () => ['north', 'south'],
      async *pages({ slice, from, to, resume }) {
        if (slice === 'south' && chapter < 2 && resume === null) {
          yield { wait: true, resume: 'ready' }
          return
        }
        for (const on of eachDay(from, to)) yield page(callsOf(slice!, on, chapter), on === to ? null : 'ready')
      },
      records: recordsOf,
      key: ({ id }) => id,
      map: ({ at, who }) =>
        interactions({
          at,
          channel: 'phone',
          kind: 'call',
          initiator: 'customer',
          customer: person({ email: email(who), id: String(100 + who), of: 'crm' }),
        }),
    },
    followers: {
      kind: 'level',
      facts: ['audience'],
      record: z.object({ day: z.string(), value: z.number() }),
      async *pages({ from, to }) {
        yield page(
          eachDay(from, to).map((on) => ({ day: on, value: 1_000 + Number(on.slice(8)) })),
          null,
        )
      },
      records: recordsOf,
      key: ({ day: on }) => on,
      map: ({ day: on, value }) => audience({ at: on, channel: 'social', kind: 'followers', value }),
    },
  }),
})

/** The shop's file: the next morning a day has vanished from it, an amount has been corrected, and a day has been added. */
function shopFile(chapter: number): string {
  const days = eachDay(FIRST, addDays(FIRST, chapter === 0 ? 9 : 10)).filter(
    (on) => chapter === 0 || on !== '2026-03-08',
  )
  const lines = days.flatMap((on) => {
    const n = Number(on.slice(8))
    const cents = chapter > 0 && on === '2026-03-05' ? 9_999 : 1_000 + n
    return [`${on}-a,${on}T10:00:00,${cents},${n % 12}`, `${on}-b,${on}T23:30:00,${500 + n},${(n + 3) % 13}`]
  })
  return `id,at,cents,who\n${lines.join('\n')}\n`
}

/** Writes the files of a chapter below `home` and returns their folder. */
export function writeFiles(home: string, chapter: number): string {
  const folder = join(home, `files-${chapter}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'shop.csv'), shopFile(chapter))
  return folder
}

/** The config as it talks to the vendors of a chapter. */
export function configAt(chapter: number): Config {
  return defineConfig({
    timezone: ZONE,
    currency: 'EUR',
    windows: [7],
    weights: { call: 2, purchase: 10 },
    sources: [
      crm({ chapter }),
      desk({ chapter }),
      csv(
        {
          file: 'shop.csv',
          zone: ZONE,
          map: ({ id, at, cents, who }) =>
            orders({
              id: id!,
              at: at!,
              amount: Number(cents),
              currency: 'EUR',
              kind: 'order',
              customer: person({ email: email(Number(who)) }),
            }),
        },
        { id: 'shop' },
      ),
    ],
  })
}
