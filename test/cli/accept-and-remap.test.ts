import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ended, runCommands } from './in-one-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-accept-'))
const from = (path: string) => fileURLToPath(new URL(`../../functions/${path}`, import.meta.url))
const rows = join(folder, 'rows.json')

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A vendor that says what a file says, and a mapping that counts by the environment. */
const CONFIG = `import { readFileSync } from 'node:fs'
import * as z from '${import.meta.resolve('zod')}'
import { defineConfig } from '${from('kit/config.ts')}'
import { defineSource } from '${from('kit/define-source.ts')}'
import { interactions } from '${from('facts.ts')}'
const shop = defineSource({
  name: 'shop', docs: 'https://shop.example/docs', options: z.strictObject({}), secrets: [],
  streams: () => ({
    rows: {
      kind: 'events', facts: ['interactions'], settles: 30, record: z.object({ key: z.string(), at: z.string() }),
      async *pages({ from, to }) {
        const rows = JSON.parse(readFileSync('${rows}', 'utf8')).filter(({ at }) => at.slice(0, 10) >= from && at.slice(0, 10) <= to)
        yield { page: { bytes: Buffer.from(JSON.stringify(rows)) }, resume: null }
      },
      records: ({ bytes }) => JSON.parse(Buffer.from(bytes).toString()),
      key: ({ key }) => key,
      map: ({ at }) => interactions({ at, channel: 'web', kind: 'visit', count: Number(process.env.EACH) }),
    },
  }),
})
export default defineConfig({ timezone: 'UTC', currency: 'EUR', windows: [1], sources: [shop({})] })
`

const say = (count: number) =>
  writeFileSync(
    rows,
    JSON.stringify(Array.from({ length: count }, (_, n) => ({ key: `${n}`, at: '2026-11-18T12:00:00Z' }))),
  )

const env = (each: number) => ({
  TIDEMARK_CONFIG: join(folder, 'tidemark.config.ts'),
  TIDEMARK_HOME: join(folder, 'home'),
  TIDEMARK_NOW: '2026-11-20T04:00:00Z',
  EACH: String(each),
})
const collect = ['collect', '--from', '2026-11-18', '--to', '2026-11-19']
const snapshot = ['snapshot', '2026-11-18', '--json']

let accepted: Ended[] = []
let remapped: Ended[] = []
beforeAll(async () => {
  writeFileSync(join(folder, 'tidemark.config.ts'), CONFIG)
  say(40)
  await runCommands([collect], env(1))
  say(5)
  accepted = await runCommands(
    [
      collect,
      ['accept', 'shop', 'rows', '2026-11-19'],
      ['accept', 'shop', 'rows', '2026-11-18', '--json'],
      snapshot,
      ['accept', 'shop', 'rows', 'all'],
      ['accept', 'shop', 'rows'],
      ['remap'],
    ],
    env(1),
  )
  remapped = await runCommands(
    [['remap', '--source', 'shop', '--json'], snapshot, ['remap', '--source', 'nix'], ['snapshot', '2026-11-18']],
    env(3),
  )
}, 60_000)

const json = ({ stdout }: Ended) => JSON.parse(stdout)
const visits = (ended: Ended) => json(ended).metrics.interactions.windows['1d'].value

test('a held day is accepted: its revision is computed at once; what is not held is refused', () => {
  const [held, wrong, ok, after, nothing, missing] = accepted as [Ended, Ended, Ended, Ended, Ended, Ended]
  expect(held.code).toBe(1)
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('held: 2026-11-18') })
  expect(ok.code).toBe(0)
  expect(json(ok)).toMatchObject({
    ok: true,
    accepted: [{ day: '2026-11-18', rows: 5, before: 40, status: 'accepted' }],
    compute: { status: 'done', revisions: 1, changed: ['2026-11-18'] },
  })
  expect(visits(after)).toBe(5)
  expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing of shop.rows is held') })
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('the day is missing') })
})

test('a remap without another mapping writes nothing, and says so', () => {
  expect(accepted[6]).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing was written') })
})

test('with another mapping it computes what that changed', () => {
  const [ok, after, wrong] = remapped as [Ended, Ended, Ended]
  expect(ok.code).toBe(0)
  expect(json(ok)).toMatchObject({
    ok: true,
    streams: [{ source: 'shop', stream: 'rows', status: 'ok', parts: 1, left: [] }],
    compute: { status: 'done', revisions: 1, changed: ['2026-11-18'] },
  })
  expect(visits(after)).toBe(15)
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("no source 'nix' in the config; have shop") })
})

test('a snapshot says which revisions there were, and why', () => {
  const [title, ...lines] = remapped[3]!.stdout.split('\n')
  expect(title).toMatch(/: revision 3, /)
  expect(lines.slice(0, 3)).toEqual([
    'revision 2 at 2026-11-20T04:00:00Z, late data: interactions',
    'revision 3 at 2026-11-20T04:00:00Z, remap: interactions',
    '',
  ])
})
