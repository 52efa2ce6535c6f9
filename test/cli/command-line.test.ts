import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../cli/main.ts'
import { type Ended, inOneProcess, runCommands } from './in-one-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-cli-'))
const kit = fileURLToPath(new URL('../../functions/kit/config.ts', import.meta.url))
const csv = fileURLToPath(new URL('../../functions/sources/csv.ts', import.meta.url))
/** A process starts in half a second, and in several where the machine is busy. */
const SLOW = 60_000

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

async function run(...argv: string[]): Promise<Ended> {
  const said = { stdout: '', stderr: '' }
  const into = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text
    },
  })
  return { code: await main(argv, { stdout: into('stdout'), stderr: into('stderr') }), ...said }
}

describe('what cannot be understood ends with 2, and one line', () => {
  test.each([
    [['brew'], "'brew' is no command of tidemark; expected start, collect"],
    [[], "a command is missing after 'tidemark'"],
    [['keys'], "a command is missing after 'tidemark keys'; expected create, list, rotate, revoke"],
    [['sources', '--fast'], "unknown option '--fast'; 'tidemark sources --help' tells more"],
    [['snapshot'], 'the date is missing'],
    [['snapshot', '2026-11-19', 'x'], "'x' is one word too many"],
    [['keys', 'create'], '--name is missing'],
    [['sources', '--json=1'], "option '--json' does not take an argument"],
    [['keys', 'create', '--name', 'a', '--name', 'b'], '--name stands twice'],
    [['keys', 'create', '--name', '--json'], "option '--name"],
  ])('%j', async (argv, message) => {
    const { code, stderr } = await run(...argv)
    expect(stderr).toContain(`tidemark: ${message}`)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(code).toBe(2)
  })

  test('with --json the error is JSON on stdout as well', async () => {
    const { code, stdout } = await run('snapshot', '--json')
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'invalid', message: expect.stringContaining('the date is missing') },
    })
    expect(code).toBe(2)
  })
})

describe('help', () => {
  test('of one command names its options', async () => {
    const { code, stdout } = await run('keys', 'create', '--help')
    expect(stdout).toContain('tidemark keys create [OPTIONS] --name')
    expect(stdout).toContain('--scopes')
    expect(code).toBe(0)
  })

  test('is an answer of the program itself, and its exit code', { timeout: SLOW }, async () => {
    const bin = fileURLToPath(new URL('../../bin/tidemark.ts', import.meta.url))
    const ended = await new Promise((resolve) => {
      const child = execFile(process.execPath, [bin, 'brew'], (_, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      )
    })
    expect(ended).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining("tidemark: 'brew' is no command") })
  })
})

describe('a config that is wrong is named, with what is wrong', () => {
  const settings = "timezone: 'UTC', currency: 'EUR'"
  const broken: Record<string, [text: string | null, message: RegExp]> = {
    'missing.ts': [null, /^there is no config at \S+missing\.ts; make one, or set TIDEMARK_CONFIG/],
    'unclosed.ts': ['export default { a: 1\n', /^config \S+unclosed\.ts: SyntaxError: .*\(\S+unclosed\.ts:1\)$/],
    'no-default.ts': [
      'export const config = {}\n',
      /no-default\.ts: its default export is no config; expected: export default defineConfig/,
    ],
    'plain.ts': [`export default { ${settings}, sources: [1] }\n`, /plain\.ts: its default export is no config/],
    'throws.ts': [
      'const a = 1\nconst b = c\nexport default b\n',
      /throws\.ts: ReferenceError: c is not defined \(\S+throws\.ts:2\)$/,
    ],
    'import.ts': [
      'import "./nowhere.ts"\nexport default 1\n',
      /import\.ts: Error: Cannot find module '\S+nowhere\.ts'/,
    ],
    'empty.ts': [
      `import { defineConfig } from '${kit}'\nexport default defineConfig({ ${settings}, sources: [] })\n`,
      /empty\.ts: sources is empty/,
    ],
    'untold.ts': [
      `export default { ${settings.replace('UTC', 'Mars/Base')}, sources: [{ id: 'a', definition: {}, streams: {} }] }\n`,
      /untold\.ts: 'Mars\/Base' is no time zone/,
    ],
  }
  let said: { code: string; message: string }[] = []
  beforeAll(async () => {
    const paths = Object.entries(broken).map(([name, [text]]) =>
      text === null ? join(folder, name) : file(name, text),
    )
    const load = new URL('../../cli/load-config.ts', import.meta.url).href
    said = await inOneProcess(`const { loadConfig } = await import(${JSON.stringify(load)})
      const said = []
      for (const path of ${JSON.stringify(paths)}) {
        try { await loadConfig(path); said.push('loaded') } catch ({ code, message }) { said.push({ code, message }) }
      }
      return said`)
  }, SLOW)

  test.each(Object.entries(broken))('%s', (name, [, message]) => {
    const got = said[Object.keys(broken).indexOf(name)]
    expect(got).toEqual({ code: 'invalid', message: expect.stringMatching(message) })
  })
})

describe('on an empty home', () => {
  const good = `import { defineConfig } from '${kit}'
import { csv } from '${csv}'
const events = csv({ file: 'none.csv', zone: 'Europe/Berlin', map: () => null }, { id: 'events' })
export default defineConfig({ timezone: 'Europe/Berlin', currency: 'EUR', sources: [events] })
`
  let ended: Ended[] = []
  beforeAll(async () => {
    ended = await runCommands(
      [
        ['keys', 'create', '--name', 'page', '--json'],
        ['keys', 'list', '--json'],
        ['keys', 'revoke', '$1.id'],
        ['keys', 'revoke', '$1.id'],
        ['sources', '--json'],
        ['status'],
        ['snapshot', '2026-11-19'],
        ['keys', 'list', '--json'],
        ['snapshot', '2026-02-30', '--json'],
        ['keys', 'create', '--name', 'sheet', '--json'],
        ['keys', 'rotate', '$10.id', '--hours', '2', '--json'],
        ['keys', 'rotate', '$10.id'],
      ],
      {
        TIDEMARK_CONFIG: file('good.ts', good),
        TIDEMARK_HOME: join(folder, 'home'),
        TIDEMARK_NOW: '2026-11-20T04:00:00Z',
      },
    )
  }, SLOW)

  test('a key is shown once, listed without itself, and ends when revoked', () => {
    const [made, listed, revoked, again] = ended as [Ended, Ended, Ended, Ended]
    const { key, id } = JSON.parse(made.stdout)
    expect(key).toMatch(/^tm_/)
    expect(JSON.parse(listed.stdout).keys).toEqual([
      {
        id,
        name: 'page',
        scopes: ['metrics:read'],
        created: expect.stringMatching(/^2026-11-20T04:0/),
        until: expect.stringMatching(/^2027-11-20T04:0/),
        last_used: null,
      },
    ])
    expect(listed.stdout).not.toContain(key)
    expect(revoked).toMatchObject({ code: 0, stdout: `revoked ${id}\n` })
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining(`no key has the id '${id}'`) })
  })

  test('a key is replaced by another; for a while both work, and two are enough', () => {
    const [made, rotated, again] = ended.slice(9) as [Ended, Ended, Ended]
    const { id, key } = JSON.parse(made.stdout)
    const fresh = JSON.parse(rotated.stdout)
    expect(fresh).toMatchObject({
      name: 'sheet',
      replaces: id,
      until: expect.stringMatching(/^2027-11-20T04:0/),
      old_until: expect.stringMatching(/^2026-11-20T06:0/),
    })
    expect(fresh.key).toMatch(/^tm_/)
    expect(fresh.key).not.toBe(key)
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining(`the keys ${id} and ${fresh.id}`) })
  })

  test('sources says that nothing was read', () => {
    expect(ended[4]).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(ended[4]!.stdout).sources).toMatchObject([
      { id: 'events', status: 'missing', data_through: null, streams: [{ status: 'missing', last_run: null }] },
    ])
  })

  test('status asks for a person, and says what to do', () => {
    expect(ended[5]!.code).toBe(1)
    expect(ended[5]!.stdout).toContain('snapshots   none')
    expect(ended[5]!.stdout).toContain("→ there is no snapshot yet: run 'tidemark collect'")
  })

  test('a snapshot that does not exist is an error', () => {
    expect(ended[6]).toEqual({
      code: 1,
      stdout: '',
      stderr: 'tidemark: no snapshot of 2026-11-19; none was computed yet\n',
    })
  })

  test('asking the API in the process leaves no key behind', () => {
    expect(JSON.parse(ended[7]!.stdout)).toEqual({ keys: [] })
  })

  test('no day is no date', () => {
    expect(ended[8]!.code).toBe(1)
    expect(JSON.parse(ended[8]!.stdout).error).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining("'2026-02-30' is no day"),
    })
  })
})
