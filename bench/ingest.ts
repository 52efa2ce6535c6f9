import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { INGEST_NODE_OPTIONS } from '../lib/ingest-node-options.ts'
import { type Bar, median } from './bar.ts'
import type { Measured } from './ingest/measured.ts'

const run = promisify(execFile)

const ROUNDS = 5
const PAGES = 200
const MANY = 1_000
/** Of a page, where the vendor's answers are what takes time. */
const LATENCY_MS = 50
const SLOW_PAGES = 80

/** Ingest against what no ingest can beat, and against what one writes first; each in a process of its own, in turns. */
export async function benchIngest(): Promise<Bar[]> {
  const fast = await serve(0)
  const slow = await serve(LATENCY_MS)
  try {
    const ours = (pages: number, slices = 1, address = fast.address) =>
      child('tidemark', [address, String(pages), String(slices)])
    const variants = {
      gzip: () => child('floor', [fast.address, String(PAGES), 'gzip']),
      zstd: () => child('floor', [fast.address, String(PAGES), 'zstd']),
      naive: () => child('naive', [fast.address, String(PAGES)]),
      ours: () => ours(PAGES),
    }
    const found = { gzip: [], zstd: [], naive: [], ours: [] } as Record<keyof typeof variants, Measured[]>
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, measure] of Object.entries(variants)) found[name as keyof typeof variants].push(await measure())
    }
    const of = (name: keyof typeof variants, key: keyof Measured) => median(found[name].map((one) => one[key]))
    const faster = (than: keyof typeof variants, key: 'wall' | 'cpu' = 'cpu') => of(than, key) / of('ours', key)
    const many = await ours(MANY)
    const chain = await ours(SLOW_PAGES, 1, slow.address)
    const slices = await ours(SLOW_PAGES, 4, slow.address)
    const peak = Math.max(many.rss, ...found.ours.map(({ rss }) => rss))
    const growth = many.rss / of('ours', 'rss')
    const alone = chain.wall / ((SLOW_PAGES * LATENCY_MS) / 1000)
    const gain = chain.wall / slices.wall
    const naive = Math.min(faster('naive', 'wall'), faster('naive', 'cpu'))
    return [
      bar(
        'I1',
        'ingest against receiving, gzip -1 and writing (CPU)',
        faster('gzip'),
        '≥ 0.85',
        faster('gzip') >= 0.85,
      ),
      bar('I1', 'ingest against receiving, zstd -1 and writing (CPU)', faster('zstd'), '≥ 0.5', faster('zstd') >= 0.5),
      bar('I2', 'ingest against naive axios (the lesser of wall and CPU)', naive, '≥ 2.7', naive >= 2.7),
      bar('I3', `peak memory of ${MANY} pages, MiB`, peak, '≤ 256', peak <= 256),
      bar('I3', `memory of ${MANY} pages ÷ that of ${PAGES}`, growth, '≤ 1.5', growth <= 1.5),
      bar('I4', `one chain ÷ pages × ${LATENCY_MS} ms`, alone, '≤ 1.3', alone <= 1.3),
      bar('I4', 'four slices against one chain', gain, '≥ 3', gain >= 3),
    ]
  } finally {
    fast.server.kill()
    slow.server.kill()
  }
}

const bar = (id: string, what: string, measured: number, at: string, met: boolean): Bar => ({
  id,
  what,
  measured: measured.toFixed(measured < 10 ? 2 : 0),
  bar: at,
  met,
})

const script = (name: string) => join(import.meta.dirname, 'ingest', `${name}.ts`)

async function serve(latency: number): Promise<{ server: ChildProcess; address: string }> {
  const server = spawn(process.execPath, [script('page-server'), String(latency)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(server.stdout!, 'data')) as [Buffer]
  return { server, address: line.toString().trim() }
}

async function child(name: string, args: readonly string[]): Promise<Measured> {
  const home = await mkdtemp(join(tmpdir(), 'tidemark-bench-'))
  try {
    // Ours as Lambda runs it.
    const options = name === 'tidemark' ? { NODE_OPTIONS: INGEST_NODE_OPTIONS } : {}
    const { stdout } = await run(process.execPath, [script(name), ...args, home], {
      env: { ...process.env, ...options },
    })
    return JSON.parse(stdout) as Measured
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
