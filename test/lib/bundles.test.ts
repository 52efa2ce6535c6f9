import { execFile, execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { deflateRawSync } from 'node:zlib'
import type { Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  BINDING,
  type Bundled,
  bundleFunction,
  bundleFunctions,
  type FunctionName,
  functionNames,
  PACKAGED,
} from '../../bin/bundle-functions.ts'
import { loadConfig } from '../../cli/load-config.ts'
import { createTable, noDynoxide, startDynoxide } from '../store/dynoxide.ts'
import { fakeSsm } from '../store/fake-ssm.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const configPath = join(ROOT, 'tidemark.config.ts')
const out = mkdtempSync(join(tmpdir(), 'tidemark-bundles-'))
afterAll(() => rmSync(out, { recursive: true, force: true }))

const packaged = existsSync(join(PACKAGED, BINDING))
if (!packaged) process.stderr.write('test/lib/bundles.test.ts is skipped: npm run package was not run\n')

it('says which command fetches DuckDB where it is absent', async () => {
  const config = await loadConfig(configPath)
  await expect(bundleFunctions({ config, configPath, stage: 'prod', out, packaged: out })).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('npm run package'),
  })
})

interface Size {
  /** Bytes loaded before anything is asked for. */
  readonly start: number
  /** Bytes loaded with the adapter of the table, which every request needs that is answered from data. */
  readonly withTable: number
  /** Bytes of its own code altogether. */
  readonly all: number
  /** What is in the bytes `withTable`. */
  readonly modules: readonly string[]
}

function sizeOf({ outputs }: Metafile): Size {
  const files = Object.keys(outputs)
  const loadedWith = (starts: readonly string[]) => {
    const loaded = new Set<string>()
    const visit = (path: string) => {
      if (loaded.has(path)) return
      loaded.add(path)
      for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind !== 'dynamic-import') visit(next)
    }
    starts.forEach(visit)
    return [...loaded]
  }
  const sum = (paths: readonly string[]) => paths.reduce((bytes, path) => bytes + (outputs[path]?.bytes ?? 0), 0)
  const entry = files.filter((path) => path.endsWith('/handler.mjs'))
  const table = files.filter((path) => outputs[path]!.entryPoint === 'functions/store/dynamodb.ts')
  const withTable = loadedWith([...entry, ...table])
  return {
    start: sum(loadedWith(entry)),
    withTable: sum(withTable),
    all: sum(files),
    modules: withTable.flatMap((path) => Object.keys(outputs[path]?.inputs ?? {})),
  }
}

const KIB = 1024

describe.skipIf(!packaged)('bundles', () => {
  let bundled: Bundled
  beforeAll(async () => {
    bundled = await bundleFunctions({ config: await loadConfig(configPath), configPath, stage: 'prod', out })
  })

  const inputs = (name: FunctionName) => Object.keys(bundled.metafiles[name].inputs)

  it('hold vendors in ingest only', () => {
    const vendors =
      /^functions\/sources\/|tidemark\.config\.ts$|@googleapis|googleapis-common|google-auth-library|\/axios\//
    expect(inputs('ingest').filter((path) => vendors.test(path)).length).toBeGreaterThan(9)
    for (const name of functionNames.filter((other) => other !== 'ingest')) {
      expect(inputs(name).filter((path) => vendors.test(path))).toEqual([])
    }
  })

  it('hold neither the command line nor the simulators, and DuckDB in compute only', () => {
    for (const name of functionNames) {
      expect(inputs(name).filter((path) => /^(cli|sandbox|lib|bin|test)\//.test(path))).toEqual([])
      const duckdb = Object.values(bundled.metafiles[name].outputs).flatMap(({ imports }) => imports)
      expect(duckdb.some(({ path }) => path === '@duckdb/node-api')).toBe(name === 'compute')
    }
  })

  it('hold the data of the config, without code', () => {
    for (const name of ['compute', 'api'] as const) {
      const data = JSON.parse(readFileSync(join(bundled.folders[name], 'config.json'), 'utf8'))
      expect(data).toMatchObject({ timezone: 'America/New_York', sources: expect.any(Array) })
      expect(data.aws).toBeUndefined()
    }
    const watched = JSON.parse(readFileSync(join(bundled.folders.watch, 'config.json'), 'utf8'))
    expect(watched).toEqual({ stage: 'prod', timezone: 'America/New_York', expectedBy: 315 })
  })

  it("hold DuckDB's binding for arm64, and nothing of this machine's, in less than 50 MB", () => {
    const header = Buffer.alloc(20)
    readSync(openSync(join(bundled.folders.compute, BINDING), 'r'), header)
    expect(header.subarray(0, 4).toString('latin1')).toBe('\x7fELF')
    // https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html: e_machine, of which 183 is AArch64
    expect(header.readUInt16LE(18)).toBe(183)
    expect(readdirSync(join(bundled.folders.compute, 'node_modules/@duckdb')).sort()).toEqual([
      'node-api',
      'node-bindings',
      'node-bindings-linux-arm64',
    ])
    const files = readdirSync(bundled.folders.compute, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
    // The quickest deflate is an upper bound of what the CLI makes of it.
    const zipped = files.reduce((bytes, file) => bytes + deflateRawSync(readFileSync(file), { level: 1 }).length, 0)
    const whole = files.reduce((bytes, file) => bytes + statSync(file).size, 0)
    process.stderr.write(`compute: ${mb(whole)} MB, at most ${mb(zipped)} MB zipped\n`)
    expect(zipped).toBeLessThan(50_000_000)
    expect(whole).toBeLessThan(250_000_000)
  })

  it('the API loads at most 600 KiB before it answers from the table, and none of what single routes need', () => {
    const { start, withTable, modules } = sizeOf(bundled.metafiles.api)
    expect(start).toBeGreaterThan(100 * KIB)
    expect(withTable).toBeGreaterThan(start + 100 * KIB)
    expect(withTable).toBeLessThanOrEqual(600 * KIB)
    const late = /client-s3|client-ssm|modelcontextprotocol|\/jose\/|xml-builder|functions\/api\/mcp\/answer/
    expect(modules.filter((path) => late.test(path))).toEqual([])
  })

  it('ingest of one Google source has at most 900 KiB, the SDKs of AWS and Google included', async () => {
    const folder = join(out, 'google')
    mkdirSync(folder)
    const one = join(folder, 'config.ts')
    writeFileSync(
      one,
      `import { defineConfig } from '${ROOT}/functions/kit/config.ts'
       import { ga4 } from '${ROOT}/functions/sources/ga4.ts'
       export default defineConfig({ timezone: 'UTC', currency: 'EUR', sources: [ga4({ property: '1' })] })`,
    )
    const size = sizeOf(await bundleFunction('ingest', folder, one))
    process.stderr.write(`ingest of one Google source: ${kib(size.start)} KiB at start, ${kib(size.all)} KiB in all\n`)
    expect(size.start).toBeLessThanOrEqual(500 * KIB)
    expect(size.all).toBeLessThanOrEqual(900 * KIB)
  })

  it('load, and say how large they are and how long that takes', () => {
    // Everything but compute, whose binding is for another processor.
    for (const name of functionNames) {
      const { start, withTable, all } = sizeOf(bundled.metafiles[name])
      const url = pathToFileURL(join(bundled.folders[name], 'handler.mjs')).href
      const script = `const start = performance.now(); const { handler } = await import(${JSON.stringify(url)}); process.stdout.write(JSON.stringify([typeof handler, performance.now() - start]))`
      const took = name === 'compute' ? undefined : importing(script)
      process.stderr.write(
        `${name}: ${kib(start)} KiB at start, ${kib(withTable)} KiB with the table, ${kib(all)} KiB in all${took ? `, imported in ${took.toFixed(0)} ms` : ''}\n`,
      )
    }
  })

  it('answer when they are called as Lambda calls them', () => {
    const home = join(out, 'home')
    const file = 'sandbox/demo/data/shop.csv.gz'
    mkdirSync(dirname(join(home, 'lake/drop/shop', file)), { recursive: true })
    writeFileSync(
      join(home, 'lake/drop/shop', file),
      'kind,id,household,at,cents,campaign\norder,1,h1,2017-03-01 12:00:00,995,\n',
    )
    const days = { from: null, to: null, force: false }
    const read = { execution: 'one', source: 'shop', streams: ['rows'], ...days, results: [], state: null }
    expect(called('ingest', home, read)).toMatchObject({
      status: 'done',
      results: [{ source: 'shop', stream: 'rows', status: 'ok', records: 1, facts: 1 }],
    })

    // DuckDB of this machine in the place of Lambda's.
    rmSync(join(bundled.folders.compute, 'node_modules'), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(bundled.folders.compute, 'node_modules'))
    expect(called('compute', home, { task: 'compute', from: '2017-03-01', to: '2017-03-01' })).toMatchObject({
      status: 'done',
      computed: 1,
    })
    expect(called('compute', home, { task: 'report', results: [], compute: { status: 'done' } })).toMatchObject({
      ok: true,
    })

    const get = (path: string) => called('api', home, request(path))
    expect(get('/v1/health')).toMatchObject({ statusCode: 200 })
    expect(get('/')).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
    expect(get('/v1/metrics')).toMatchObject({ statusCode: 401 })
  })

  it.skipIf(noDynoxide)('find table and secrets with what Lambda puts into the environment', async () => {
    const [dynoxide, ssm] = await Promise.all([startDynoxide(), fakeSsm()])
    try {
      await createTable(dynoxide.client, 'the-table')
      const env = {
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_ENDPOINT_URL_DYNAMODB: await endpointOf(dynoxide.client),
        AWS_ENDPOINT_URL_SSM: await endpointOf(ssm.client),
        TIDEMARK_STORE: 'aws',
        TIDEMARK_BUCKET: 'the-bucket',
        TIDEMARK_TABLE: 'the-table',
      }
      const url = pathToFileURL(join(bundled.folders.setup, 'handler.mjs')).href
      const setUp = `
        const { handler } = await import(${JSON.stringify(url)})
        globalThis.fetch = async (_, { body }) => { process.stdout.write('\\n' + body); return { ok: true } }
        await handler({ RequestType: 'Create', ResponseURL: 'https://x.example.com', StackId: 's', RequestId: 'r', LogicalResourceId: 'l' })`
      const [point, answer] = await printedBy(setUp, { ...env, TIDEMARK_STAGE: 'prod' })
      expect(JSON.parse(answer!)).toMatchObject({ Status: 'SUCCESS', Reason: '' })
      expect(JSON.parse(point!)).toMatchObject({ Stage: 'prod', SnapshotLate: 0 })
      expect(ssm.parameters.get('/tidemark/prod/pepper')).toMatch(/^[0-9a-f]{64}$/)

      const watch = `const { handler } = await import(${JSON.stringify(url.replace('/setup/', '/watch/'))}); await handler()`
      const [looked] = await printedBy(watch, env)
      expect(JSON.parse(looked!)).toMatchObject({ Stage: 'prod', SnapshotLate: 0 })
    } finally {
      ssm.close()
      await dynoxide.stop()
    }
  })
})

/** Lines that a script prints in a process of its own; asynchronous, because this process answers its requests. */
async function printedBy(script: string, env: Record<string, string>): Promise<string[]> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { env })
  return stdout.split('\n').filter((text) => text !== '')
}

async function endpointOf({ config }: { config: { endpoint?: unknown } }): Promise<string> {
  const { hostname, port } = await (config.endpoint as () => Promise<{ hostname: string; port: number }>)()
  return `http://${hostname}:${port}`
}

/** What a bundled handler answers in a process of its own, on a local store. */
function called(name: FunctionName, home: string, event: object): Record<string, unknown> {
  const url = pathToFileURL(join(out, name, 'handler.mjs')).href
  const script = `
    const { handler } = await import(${JSON.stringify(url)})
    const context = { awsRequestId: 'one', getRemainingTimeInMillis: () => 900_000 }
    const answer = await handler(${JSON.stringify(event)}, context)
    process.stdout.write('\\n' + JSON.stringify(answer))`
  const env = { PATH: process.env.PATH, AWS_LAMBDA_FUNCTION_NAME: name, TIDEMARK_HOME: home }
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env })
  return JSON.parse(printed.split('\n').at(-1)!)
}

/** As the HTTP API hands it over, payload format 2.0. */
const request = (rawPath: string) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath,
  rawQueryString: '',
  headers: { host: 'x.execute-api.eu-central-1.amazonaws.com' },
  requestContext: { domainName: 'x.execute-api.eu-central-1.amazonaws.com', http: { method: 'GET', path: rawPath } },
  isBase64Encoded: false,
})

function importing(script: string): number {
  const [type, ms] = JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }),
  )
  expect(type).toBe('function')
  return ms
}

const kib = (bytes: number) => Math.round(bytes / 1024)
const mb = (bytes: number) => (bytes / 1_000_000).toFixed(1)
