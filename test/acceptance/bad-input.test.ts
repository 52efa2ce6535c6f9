import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { day } from '../../functions/kit/day.ts'
import { openStore } from '../../functions/store/open.ts'
import { readSnapshot } from '../../functions/store/read-snapshot.ts'
import type { Snapshot } from '../../functions/store/rows.ts'
import { checkout, type Ended, jsonOf, runTidemark, SLOW } from './run-tidemark.ts'

const root = mkdtempSync(join(tmpdir(), 'tidemark-bad-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const CONFIG = `import { interactions } from '${checkout}/functions/facts.ts'
import { defineConfig } from '${checkout}/functions/kit/config.ts'
import { person } from '${checkout}/functions/kit/person.ts'
import { csv } from '${checkout}/functions/sources/csv.ts'
import { hubspot } from '${checkout}/functions/sources/hubspot.ts'

const events = csv(
  {
    file: 'events.csv',
    zone: 'UTC',
    map: (row) =>
      interactions({ at: row.at!, channel: 'web', kind: 'action', customer: person({ email: row.email }) }),
  },
  { id: 'events' },
)

export default defineConfig({
  timezone: 'UTC',
  currency: 'EUR',
  sources: [events],
})
`

const HEADER = 'at,email'
const GOOD = [HEADER, '2026-11-18T10:00:00Z,a@example.com', '2026-11-19T10:00:00Z,b@example.com']
const many = Array.from({ length: 40 }, (_, i) => `2026-11-19T11:${10 + i}:00Z,c${i}@example.com`)

interface Case {
  readonly args?: readonly string[]
  /** What is different in the environment; a word in angle brackets is the path of that name in the case's folder. */
  readonly env?: Readonly<Record<string, string>>
  /** Changes the config's text; null for none. */
  readonly config?: ((text: string) => string) | null
  /** Rows of events.csv; null for no file. */
  readonly rows?: readonly string[] | null
  /** What the one line on stderr says. */
  readonly says: RegExp
  /** @default 1 */
  readonly code?: number
}

const taken = createServer().listen(0, '127.0.0.1')
const busy = await new Promise<number>((resolve) =>
  taken.once('listening', () => resolve((taken.address() as AddressInfo).port)),
)
afterAll(() => void taken.close())

const cases: Readonly<Record<string, Case>> = {
  'mostly malformed rows': {
    rows: [HEADER, 'yesterday,a@example.com', 'today,b@example.com', '2026-11-19T10:00:00Z,b@example.com'],
    says: /^events\.rows: invalid: 2 of 3 records of events\.rows cannot be read; expected at most a tenth; the first, events\.csv:2: .*'yesterday' is no time; expected/,
  },
  'a file that is not there': {
    rows: null,
    says: /^events\.rows: invalid: no file matches 'events\.csv', looked up in \S+; expected a path or a glob/,
  },
  'a file with semicolons': {
    rows: ['at;email', '2026-11-19T10:00:00Z;b@example.com'],
    says: /^events\.rows: invalid: .*events\.csv.*comma/,
  },
  'an unknown reporting time zone': {
    config: (text) => text.replace("timezone: 'UTC'", "timezone: 'Europe/Berln'"),
    says: /^tidemark: config \S+: 'Europe\/Berln' is no time zone; expected an IANA name, such as Europe\/Berlin/,
  },
  'an unknown time zone of a file': {
    config: (text) => text.replace("zone: 'UTC'", "zone: 'CEST'"),
    says: /^tidemark: config \S+: 'CEST' is no time zone; expected an IANA name/,
  },
  'a config that does not parse': {
    config: (text) => text.replace('sources: [events],', 'sources: [events'),
    says: /^tidemark: config \S+: SyntaxError: .*tidemark\.config\.ts:\d+\)$/,
  },
  'a config that exports nothing': {
    config: (text) => text.replace('export default', 'export const config ='),
    says: /^tidemark: config \S+: its default export is no config; expected: export default defineConfig/,
  },
  'a config with a wrong field': {
    config: (text) => text.replace('currency:', 'curency:'),
    says: /^tidemark: config \S+: currency is missing; expected string; 'curency' is no known field$/,
  },
  'a config with a wrong value': {
    config: (text) => text.replace("currency: 'EUR'", "currency: 'Euro'"),
    says: /^tidemark: config \S+: currency is 'Euro'; expected an ISO 4217 code, such as EUR$/,
  },
  'a config with a wrong window': {
    config: (text) => text.replace('currency:', "windows: [1, 'week'], currency:"),
    says: /^tidemark: config \S+: windows\.1 is 'week'; expected a number of days from 1 to 3660, or 'all'$/,
  },
  'a source with a wrong option': {
    config: (text) => text.replace("file: 'events.csv'", "path: 'events.csv'"),
    says: /^tidemark: config \S+: options of source 'events' \(csv\): file is missing; expected string; 'path' is no known field$/,
  },
  'no config': {
    config: null,
    says: /^tidemark: there is no config at \S+; make one, or set TIDEMARK_CONFIG to its path$/,
  },
  'a folder in place of a config': {
    env: { TIDEMARK_CONFIG: '<folder>' },
    says: /^tidemark: config \S+ is no file; set TIDEMARK_CONFIG to the file's path$/,
  },
  'a missing secret': {
    config: (text) => text.replace('[events]', '[hubspot({}), events]'),
    args: ['collect', '--source', 'hubspot', '--json'],
    says: /^hubspot\.contacts: credentials: source 'hubspot' has no 'token': set TIDEMARK_HUBSPOT_TOKEN in the environment or in \.env$/,
  },
  'an unknown source': {
    args: ['collect', '--source', 'shop'],
    says: /^tidemark: no source 'shop' in the config; have events$/,
  },
  'a first day in the future': {
    args: ['collect', '--from', '2026-11-20'],
    says: /^tidemark: --from 2026-11-20 is not over yet in UTC; the last day that is: 2026-11-19$/,
  },
  'a last day in the future': {
    args: ['compute', '--from', '2026-11-18', '--to', '2030-01-01'],
    says: /^tidemark: --to 2030-01-01 is not over yet in UTC; the last day that is: 2026-11-19$/,
  },
  'days the wrong way round': {
    args: ['collect', '--from', '2026-11-19', '--to', '2026-11-18'],
    says: /^tidemark: --from 2026-11-19 is after --to 2026-11-18; swap them$/,
  },
  'no day at all': {
    args: ['collect', '--from', '2026-02-30'],
    says: /^tidemark: --from: '2026-02-30' is no day; expected YYYY-MM-DD/,
  },
  'the snapshot of a day to come': {
    args: ['snapshot', '2027-01-01'],
    says: /^tidemark: no snapshot of 2027-01-01; there are snapshots from 2026-11-18 to 2026-11-19$/,
  },
  'a port in use': {
    args: ['serve', '--port', String(busy)],
    says: /^tidemark: port \d+ is in use; end the program that has it, or choose another with --port$/,
  },
  'a port in use, before anything is collected': {
    args: ['start', '--port', String(busy)],
    says: /^tidemark: port \d+ is in use; end the program that has it, or choose another with --port$/,
  },
  'a home that cannot be made': {
    env: { TIDEMARK_HOME: '<events.csv>/home' },
    says: /^tidemark: cannot write to \S+events\.csv\/home \(.*\); set TIDEMARK_HOME to a directory that can be made and written$/,
  },
  'a home that cannot be made, for start': {
    args: ['start', '--once'],
    env: { TIDEMARK_HOME: '<events.csv>/home' },
    says: /^tidemark: cannot write to \S+events\.csv\/home \(.*\); set TIDEMARK_HOME to a directory that can be made and written$/,
  },
  'a home that cannot be made, for the demo': {
    env: { TIDEMARK_HOME: '<events.csv>/home', TIDEMARK_CONFIG: '' },
    says: /^tidemark: cannot write to \S+events\.csv\/home \(.*\); set TIDEMARK_HOME to a directory that can be made and written$/,
  },
  'a clock that shows no time': {
    env: { TIDEMARK_NOW: 'tomorrow' },
    says: /^tidemark: TIDEMARK_NOW is 'tomorrow'; expected an instant with its offset, such as 2026-11-20T04:00:00Z$/,
  },
  'a store that nobody knows': {
    env: { TIDEMARK_STORE: 'azure' },
    says: /^tidemark: TIDEMARK_STORE is 'azure'; expected 'aws', or nothing for a local directory$/,
  },
  'a store in AWS without its bucket': {
    env: { TIDEMARK_STORE: 'aws' },
    says: /^tidemark: TIDEMARK_BUCKET is not set, but TIDEMARK_STORE is 'aws'; set it to the bucket's name$/,
  },
  'a number that is none': {
    args: ['start', '--once', '--days', 'all'],
    says: /^tidemark: --days is 'all'; expected a whole number from 1 to 3660$/,
  },
  'an option that does not exist': {
    args: ['collect', '--since', '2026-11-18'],
    says: /^tidemark: unknown option '--since'; 'tidemark collect --help' tells more$/,
    code: 2,
  },
}

const NOW = '2026-11-20T04:00:00Z'
const names = Object.keys(cases)
const folderOf = (name: string) => join(root, name.replaceAll(/[^a-z]+/g, '-'))
const ended = new Map<string, Ended>()
let before: Snapshot
let second: Ended
let first: { code: number | null; stdout: string; stderr: string }
let someBad: Ended

function lay(folder: string, { config = (text) => text, rows = GOOD }: Pick<Case, 'config' | 'rows'> = {}): void {
  mkdirSync(folder, { recursive: true })
  if (config) writeFileSync(join(folder, 'tidemark.config.ts'), config(CONFIG))
  if (rows) writeFileSync(join(folder, 'events.csv'), `${rows.join('\n')}\n`)
}

const environment = (folder: string) => ({
  TIDEMARK_CONFIG: join(folder, 'tidemark.config.ts'),
  TIDEMARK_HOME: join(folder, 'home'),
  TIDEMARK_NOW: NOW,
})

async function snapshotIn(folder: string): Promise<Snapshot | undefined> {
  const store = await openStore({ TIDEMARK_HOME: join(folder, 'home') })
  try {
    return await readSnapshot(store, day('2026-11-19'))
  } finally {
    await store.close()
  }
}

/** Starts the program for good, runs `meanwhile` once it serves, and ends it. */
async function whileStarted(folder: string, meanwhile: () => Promise<void>): Promise<typeof first> {
  const bin = fileURLToPath(new URL('../../bin/tidemark.ts', import.meta.url))
  const env = { PATH: process.env.PATH ?? '', ...environment(folder) }
  const child = spawn(process.execPath, [bin, 'start', '--days', '2', '--port', '0'], { env, cwd: folder })
  const said = { stdout: '', stderr: '' }
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      said.stdout += chunk
      if (said.stdout.includes('#key=')) resolve()
    })
    child.once('exit', () => resolve())
  })
  await meanwhile()
  child.kill('SIGTERM')
  return { code: await exited, ...said }
}

beforeAll(async () => {
  const seed = join(root, 'seed')
  lay(seed)
  const seeded = await runTidemark(['collect', '--from', '2026-11-18', '--json'], environment(seed), seed)
  expect(seeded.code).toBe(0)
  before = (await snapshotIn(seed))!
  const running = names.map(async (name) => {
    const folder = folderOf(name)
    const { args = ['collect'], env = {}, ...laid } = cases[name]!
    cpSync(seed, folder, { recursive: true })
    for (const file of ['tidemark.config.ts', 'events.csv']) rmSync(join(folder, file))
    lay(folder, laid)
    const changed = Object.entries(env).map(([variable, value]) => {
      const path = value.replace(/^<(.*)>/, (_, file) => (file === 'folder' ? folder : join(folder, file)))
      return [variable, path]
    })
    const all = { ...environment(folder), ...Object.fromEntries(changed) }
    ended.set(name, await runTidemark(args, all, folder))
  })
  const twice = join(root, 'twice')
  cpSync(seed, twice, { recursive: true })
  running.push(
    whileStarted(twice, async () => {
      second = await runTidemark(['start', '--port', '0'], environment(twice), twice)
    }).then((one) => {
      first = one
    }),
  )
  const some = join(root, 'some')
  cpSync(seed, some, { recursive: true })
  lay(some, { rows: [...GOOD, ...many, '2026-11-19T12:00:00Z,a@example.com,once too often', 'noon,b@example.com'] })
  running.push(
    runTidemark(['collect', '--json'], environment(some), some).then((one) => {
      someBad = one
    }),
  )
  await Promise.all(running)
}, SLOW)

describe.each(names)('%s', (name) => {
  const { says, code = 1 } = cases[name]!

  test('is told in one line, which says what to do, and by the exit code', () => {
    const { stdout, stderr, code: got } = ended.get(name)!
    // A slow machine is told how far it is.
    const lines = stderr
      .trimEnd()
      .split('\n')
      .filter((line) => !/^(computing|[a-z]+\.[a-z]+): (\d|ok|empty)/.test(line))
    expect(lines).toEqual([expect.stringMatching(says)])
    expect(got).toBe(code)
    expect(stdout + stderr).not.toMatch(/^\s+at |unexpected|\.ts:\d+:\d+/m)
  })

  test('costs nothing that was there', async () => {
    if (cases[name]!.env?.TIDEMARK_HOME) return expect(await snapshotIn(join(root, 'seed'))).toEqual(before)
    const { computed_at: _, revision: __, ...rest } = (await snapshotIn(folderOf(name)))!
    // A source that is new in the config has its own say; what was counted stays where it was.
    if (name !== 'a missing secret') expect(rest).toEqual({ ...rest, metrics: before.metrics, date: before.date })
    expect(rest.sources.find(({ id }) => id === 'events')).toMatchObject({ status: 'ok', rows: 1 })
  })
})

describe('a second start on the same home', () => {
  test('is refused in one line that names the first', () => {
    expect(second.code).toBe(1)
    expect(second.stderr).toMatch(
      /^tidemark: 'start' already runs on \S+twice\/home \(process \d+\); end it, or set TIDEMARK_HOME to another directory\n$/,
    )
  })

  test('does not disturb the first, which ends well when it is told to', () => {
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/http:\/\/127\.0\.0\.1:\d+\/#key=tm_/) })
  })
})

describe('a few malformed rows', () => {
  test('leave the others in, and are counted and named', async () => {
    expect(someBad.code).toBe(0)
    const message =
      '2 of 44 records could not be read; the first, events.csv:44: line 44 has 3 fields; expected 2, as the header'
    expect(jsonOf(someBad)).toMatchObject({
      ok: true,
      streams: [{ status: 'ok', records: 44, facts: 42, quarantined: 2, warnings: [{ code: 'quarantined', message }] }],
    })
    expect((await snapshotIn(join(root, 'some')))!.metrics.interactions!.windows['1d']!.value).toBe(41)
  })
})
