import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import { parse } from 'csv-parse/sync'
import { describe, expect, onTestFinished, test } from 'vitest'
import { serveApp } from '../../cli/serve-app.ts'
import { deploy, fill, json, NEWEST } from '../api/deployment.ts'

const guide = await readFile(new URL('../../docs/reading.md', import.meta.url), 'utf8')
const blocks = [...guide.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({
  language: language!,
  code: code!,
}))
const written = (language: string) => blocks.filter((block) => block.language === language).map(({ code }) => code)

/** The deployment of the guide; its days are 28 up to the newest, of which the last three can still change. */
const DAYS = 28
const ADDRESS = 'https://tidemark.example.com'

/** A served deployment, and a folder to run things in. */
async function served() {
  const deployment = await deploy()
  await fill(deployment)
  const key = await deployment.key()
  const server = await serveApp(deployment.api, { port: 0 })
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-reading-'))
  onTestFinished(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })
  const env = { ...process.env, TIDEMARK_URL: server.url, TIDEMARK_KEY: key }
  const run = async (program: string, args: readonly string[]) =>
    (await promisify(execFile)(program, args, { cwd: folder, env })).stdout
  const ask = async (path: string) => deployment.get(path, key)
  return { ...deployment, url: server.url, key, folder, run, ask }
}

const rowsOf = (csv: string): Record<string, string>[] => parse(csv, { columns: true })
/** With the days that Grafana would put in. */
const ofGrafana = (address: string) =>
  address.replace(/\$\{__from:date:YYYY-MM-DD\}/, '2026-11-18').replace(/\$\{__to:date:YYYY-MM-DD\}/, NEWEST)

const has = (program: string, ...args: string[]) => spawnSync(program, args).status === 0

test('every recipe is here', () => {
  expect(blocks.map(({ language }) => language).filter((one) => !['json'].includes(one))).toEqual([
    'sh',
    'sh',
    'js',
    'powerquery',
    'python',
    'python',
    'python',
    'r',
    'ts',
  ])
})

describe('what is run', () => {
  test.skipIf(!has('curl', '--version') || !has('jq', '--version'))('curl', async () => {
    const { run } = await served()
    const [series, metrics] = written('sh')
    const rows = rowsOf(await run('bash', ['-euo', 'pipefail', '-c', series!]))
    expect(rows).toHaveLength(DAYS)
    expect(rows.at(-1)).toMatchObject({ date: NEWEST, value: '190', finality: 'provisional', coverage: '0.5' })
    expect((await run('bash', ['-euo', 'pipefail', '-c', metrics!])).split('\n')[0]).toMatch(
      /^customer_interaction_rate\tpercent\tInteractions per 100/,
    )
  })

  test.skipIf(!has('python3', '--version'))('Python', async () => {
    const { run } = await served()
    const [database, standard] = written('python')
    // Twice, as a schedule would: rows are replaced.
    await run('python3', ['-c', database!])
    expect((await run('python3', ['-c', database!])).trim()).toBe(`(${DAYS}, 19)`)
    const lines = (await run('python3', ['-c', standard!])).trim().split('\n')
    expect(lines.at(-1)).toBe('2026-11-16 160')
  })

  test.skipIf(!has('python3', '-c', 'import pandas'))('Python with pandas', async () => {
    const { run } = await served()
    const lines = (await run('python3', ['-c', written('python')[2]!])).trim().split('\n')
    expect(lines.find((line) => line.startsWith('2026-11-16'))).toMatch(/^2026-11-16 +130\.0*$/)
  })

  test('TypeScript', async () => {
    const { run, folder } = await served()
    const client = new URL('../../dashboard/client.js', import.meta.url).href
    const file = join(folder, 'read.ts')
    await writeFile(file, written('ts')[0]!.replace('./client.js', client))
    expect(await run(process.execPath, ['--disable-warning=ExperimentalWarning', file])).toBe(
      `${NEWEST} 190 provisional\n`,
    )
  })

  test('Google Sheets, with stand-ins for what Google gives', async () => {
    const { ask, key } = await served()
    const asked: { url: string; headers: Record<string, string> }[] = []
    let sheet: unknown[][] = []
    // Its fetch waits; ours cannot. So the script runs once to be overheard, and once with the answer.
    const runWith = (status: number, text: string) => {
      const context = createContext({
        PropertiesService: { getScriptProperties: () => ({ getProperty: () => key }) },
        UrlFetchApp: {
          fetch: (url: string, { headers }: { headers: Record<string, string> }) => {
            asked.push({ url, headers })
            return { getResponseCode: () => status, getContentText: () => text }
          },
        },
        Utilities: { parseCsv: (csv: string) => parse(csv) },
        SpreadsheetApp: {
          getActive: () => ({
            getSheetByName: () => ({
              clearContents: () => undefined,
              getRange: (_: number, __: number, rows: number, columns: number) => ({
                setValues: (values: unknown[][]) => {
                  expect([values.length, values[0]!.length]).toEqual([rows, columns])
                  sheet = values
                },
              }),
            }),
          }),
        },
      })
      runInContext(`${written('js')[0]}\nrefresh()`, context)
    }
    expect(() => runWith(503, 'later')).toThrow('later')
    expect(asked[0]!.headers).toEqual({ Authorization: `Bearer ${key}` })
    const answer = await ask(asked[0]!.url.replace(ADDRESS, ''))
    runWith(answer.status, await answer.text())
    expect(sheet).toHaveLength(1 + DAYS)
    expect(sheet[0]).toContain('finality')
  })
})

describe('what cannot be run here', () => {
  test('every address answers', async () => {
    const { ask } = await served()
    const addresses = [...guide.matchAll(/https:\/\/tidemark\.example\.com(\/v1\/[^\s"'`]+)/g)].map(([, path]) => path!)
    expect(addresses.length).toBeGreaterThanOrEqual(3)
    for (const address of addresses) {
      const path = ofGrafana(address)
      const answer = await ask(path)
      expect(answer.status, path).toBe(200)
      const csv = path.includes('format=csv')
      expect(answer.headers.get('content-type')).toMatch(csv ? /^text\/csv/ : /^application\/json/)
    }
  })

  test('Power Query asks for what there is', async () => {
    const { ask } = await served()
    const [code] = written('powerquery')
    const path = /RelativePath = "([^"]+)"/.exec(code!)![1]
    const query = [.../Query = \[([^\]]+)\]/.exec(code!)![1]!.matchAll(/(\w+) = "([^"]*)"/g)]
    const rows = rowsOf(
      await (await ask(`/${path}?${query.map(([, name, value]) => `${name}=${value}`).join('&')}`)).text(),
    )
    expect(rows).toHaveLength(DAYS)
    const columns = [.../TransformColumnTypes\(Rows, (.*), "en-US"\)/.exec(code!)![1]!.matchAll(/"(\w+)"/g)]
    for (const name of [...columns.map(([, name]) => name!), /each \[(\w+)\]/.exec(code!)![1]!]) {
      expect(Object.keys(rows[0]!)).toContain(name)
    }
  })

  test('Grafana selects what there is', async () => {
    const { ask } = await served()
    const cells = [...guide.matchAll(/^\| (URL|Rows\/Root|Column) \| `([^`]+)`/gm)]
    const of = (field: string) => cells.filter(([, name]) => name === field).map(([, , value]) => value!)
    const [url] = of('URL')
    const answer = await ask(ofGrafana(url!.replace(ADDRESS, '')))
    const points = (await json(answer))[of('Rows/Root')[0]!]
    expect(points).toHaveLength(2)
    expect(of('Column')).toEqual(['date', 'value', 'finality'])
    for (const name of of('Column')) expect(points[0]).toHaveProperty(name)
  })

  test('R reads columns that there are', async () => {
    const { ask } = await served()
    const [code] = written('r')
    const rows = rowsOf(await (await ask(/"https:\/\/tidemark\.example\.com([^"]+)"/.exec(code!)![1]!)).text())
    const columns = [...code!.matchAll(/final\$(\w+)|series, (\w+) ==/g)].map(([, one, other]) => one ?? other!)
    expect(columns).toEqual(['finality', 'date', 'value'])
    for (const name of columns) expect(Object.keys(rows[0]!)).toContain(name)
  })

  test('language models are told the address and the tools that there are', async () => {
    const { api, key } = await served()
    const { url, headers } = JSON.parse(written('json')[0]!).mcpServers.tidemark
    expect(Object.keys(headers)).toEqual(['Authorization'])
    const answer = await api.request(new URL(url).pathname, {
      method: 'POST',
      headers: {
        Authorization: headers.Authorization.replace('tm_…', key),
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    })
    const named = [...guide.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
    expect((await json(answer)).result.tools.map(({ name }: { name: string }) => name)).toEqual(named)
  })

  test('what is said of limits is so', async () => {
    const { ask } = await served()
    const answer = await ask('/v1/metrics')
    const [, requests] = /(\d+) requests a minute/.exec(guide)!
    expect(answer.headers.get('ratelimit-policy')).toBe(`"default";q=${requests};w=60`)
  })
})
