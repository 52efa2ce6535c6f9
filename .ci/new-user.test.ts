import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'

const checkout = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'tidemark-new-user-'))
const clone = join(folder, 'tidemark')
const home = join(folder, 'home')
const DAY_MS = 86_400_000
const DAYS = 14

/** A user's environment: none of ours, and not the variables that npm and vitest add to it. */
const inherited = Object.entries(process.env).filter(
  ([name]) => !/^(npm_|TIDEMARK_|AWS_|VITEST|NODE_|DEV$|PROD$|MODE$|TEST$|SSR$|BASE_URL$|INIT_CWD$)/.test(name),
)
const path = (process.env.PATH ?? '').split(':').filter((entry) => !entry.includes('node_modules'))
const env = { ...Object.fromEntries(inherited), PATH: path.join(':'), TIDEMARK_HOME: home }

let server: ChildProcess | undefined
afterAll(() => {
  if (server?.exitCode === null && server.signalCode === null) process.kill(-server.pid!, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(command: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: existsSync(clone) ? clone : folder, env: { ...env, ...more }, maxBuffer: 2 ** 26 }
    const child = execFile(command, args, options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

async function tidemark<T>(args: readonly string[], now: Date): Promise<T> {
  const command = ['run', '-s', 'tidemark', '--', ...args, '--json']
  const ended = await run('npm', command, { TIDEMARK_NOW: now.toISOString() })
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
  return JSON.parse(ended.stdout) as T
}

/** Days of the demo's zone before `now`, newest first. */
function daysBefore(now: Date, count: number): string[] {
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' }).format(now)
  return Array.from({ length: count }, (_, n) =>
    new Date(Date.parse(day) - (n + 1) * DAY_MS).toISOString().slice(0, 10),
  )
}

interface Value {
  readonly value: number | null
  readonly finality: string
  readonly by?: Readonly<Record<string, Readonly<Record<string, { value: number | null }>>>>
}

interface Snapshot {
  readonly date: string
  readonly revision: number
  readonly finality: string
  readonly metrics: Readonly<Record<string, { windows: Readonly<Record<string, Value>> }>>
  readonly sources: readonly { readonly id: string; readonly rows: number }[]
}

/** Two at a time, for as many cores. */
async function snapshots(days: readonly string[], now: Date): Promise<Snapshot[]> {
  const all: Snapshot[] = []
  for (let i = 0; i < days.length; i += 2) {
    const two = days.slice(i, i + 2).map((day) => tidemark<Snapshot>(['snapshot', day], now))
    all.push(...(await Promise.all(two)))
  }
  return all
}

/** Final values by day, metric and window. */
const finals = (all: readonly Snapshot[]) =>
  all.flatMap(({ date, metrics }) =>
    Object.entries(metrics).flatMap(([id, { windows }]) =>
      Object.entries(windows).flatMap(([window, value]) =>
        value.finality === 'final' ? [[`${date} ${id} ${window}`, value] as const] : [],
      ),
    ),
  )

let now: Date
let first: Snapshot[]

test('clones', async () => {
  if (existsSync(join(checkout, '.git'))) {
    expect(await run('git', ['clone', '--quiet', checkout, clone])).toMatchObject({ code: 0 })
  } else {
    cpSync(checkout, clone, { recursive: true, filter: (from) => !/\/(node_modules|\.tidemark)$/.test(from) })
  }
})

test('installs', async () => {
  const { code, stderr } = await run('npm', ['ci'])
  const said = stderr.split('\n').filter((line) => line && !/EBADENGINE|Unknown user config/.test(line))
  if (said.length > 0) process.stdout.write(`npm ci said:\n${said.join('\n')}\n`)
  expect(code, stderr).toBe(0)
})

test('npm start collects and computes', async () => {
  const ended = await run('npm', ['start', '--', '--once', '--days', String(DAYS)])
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
  expect(ended.stderr).toContain('demo data')
})

test('yesterday has a Customer Interaction Rate', async () => {
  now = new Date()
  first = await snapshots(daysBefore(now, DAYS), now)
  const { windows } = first[0]!.metrics.customer_interaction_rate!
  expect(Object.values(windows).filter(({ value }) => value !== null && value > 0)).not.toEqual([])
})

test('all nine sources have data, and a web day has the visits of the real website', () => {
  const rows = new Map<string, number>()
  for (const { id, rows: n } of first.flatMap(({ sources }) => sources)) rows.set(id, (rows.get(id) ?? 0) + n)
  expect([...rows].filter(([, n]) => n === 0)).toEqual([])
  const counted = ['facebook', 'ga4', 'instagram', 'linkedin', 'shop', 'x', 'youtube']
  expect([...rows.keys()].sort()).toEqual(['adobe-analytics', 'hubspot', ...counted].sort())
  const { source } = first[0]!.metrics.interactions!.windows['28d']!.by!
  for (const id of counted) expect(source![id]?.value, id).toBeGreaterThan(0)
  const { date, metrics } = first[3]!
  expect(metrics.interactions!.windows['1d']!.by!.kind!.visit!.value).toBe(visitsOf(date))
})

/** A thousandth of the sessions of a day of the checked-in data, moved by whole weeks, in shares of channel groups. */
function visitsOf(date: string): number {
  const { weeks } = JSON.parse(readFileSync(join(home, 'demo.json'), 'utf8')) as { weeks: number }
  const file = gunzipSync(readFileSync(join(clone, 'sandbox/demo/data/web.csv.gz'))).toString()
  const rows = file.trimEnd().split('\n').slice(1)
  const until = Date.parse('2017-12-31') + weeks * 7 * DAY_MS
  const moved = Math.floor((until - Date.parse(rows.at(-1)!.slice(0, 10))) / (7 * DAY_MS)) * 7 * DAY_MS
  const original = new Date(Date.parse(date) - moved).toISOString().slice(0, 10)
  const sessions = Math.round(Number(rows.find((row) => row.startsWith(original))!.split(',')[3]) / 1_000)
  const shares = [0.31, 0.22, 0.17, 0.11, 0.09, 0.07, 0.03]
  return shares.reduce((sum, share) => sum + Math.round(sessions * share), 0)
}

test('a second start revises nothing', async () => {
  const { compute } = await tidemark<{ compute: { revisions: number } }>(
    ['start', '--once', '--days', String(DAYS)],
    now,
  )
  expect(compute.revisions).toBe(0)
  expect(await snapshots(daysBefore(now, DAYS), now)).toEqual(first)
})

test('a day later there is one day more, and what was final is as it was', async () => {
  const later = new Date(now.getTime() + DAY_MS)
  await tidemark(['start', '--once', '--days', String(DAYS)], later)
  const [added, ...before] = await snapshots(daysBefore(later, DAYS + 1), later)
  expect(added!.revision).toBe(1)
  expect(before.map(({ date }) => date)).toEqual(first.map(({ date }) => date))
  const was = finals(first)
  expect(was.length).toBeGreaterThan(0)
  expect(finals(before)).toEqual(expect.arrayContaining(was))
  const settled = ({ finality }: Snapshot) => finality === 'final'
  const revisions = new Map(before.map(({ date, revision }) => [date, revision]))
  expect(first.filter(settled).filter(({ date, revision }) => revisions.get(date) !== revision)).toEqual([])
})

test('npm start serves the page and the API until it is interrupted', async () => {
  // A group of its own, which an interruption from the keyboard reaches as a whole.
  server = spawn('npm', ['start', '--', '--port', '0', '--days', String(DAYS)], { cwd: clone, env, detached: true })
  let said = ''
  const link = await new Promise<URL>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk
      const found = /http:\/\/127\.0\.0\.1:\d+\/#key=\S+/.exec(said)
      if (found) resolve(new URL(found[0]))
    }
    server!.stdout!.on('data', hear)
    server!.stderr!.on('data', hear)
    server!.on('exit', (code) => reject(new Error(`it ended with ${code}: ${said}`)))
  })
  const key = new URLSearchParams(link.hash.slice(1)).get('key')
  const get = (path: string, headers: Record<string, string> = {}) => fetch(new URL(path, link.origin), { headers })

  expect((await get('/v1/health')).status).toBe(200)
  const page = await get('/')
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<html')
  const latest = `/v1/snapshots/${daysBefore(now, 1)[0]}`
  expect((await get(latest)).status).toBe(401)
  const answer = await get(latest, { authorization: `Bearer ${key}` })
  expect(answer.status).toBe(200)
  expect(((await answer.json()) as Snapshot).date).toBe(daysBefore(now, 1)[0])

  process.kill(-server.pid!, 'SIGINT')
  // Closed once every process that could still write has ended.
  await once(server, 'close')
  await expect(get('/v1/health')).rejects.toThrow()
})
