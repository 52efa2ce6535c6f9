import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { lockHome } from '../../cli/home-lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-lock-'))
let child: ChildProcess | undefined

afterEach(() => void child?.kill('SIGKILL'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('one process at a time, and a killed one blocks nobody', async () => {
  const home = join(folder, 'home')
  const module = new URL('../../cli/home-lock.ts', import.meta.url).href
  const code = `const { lockHome } = await import(${JSON.stringify(module)})
globalThis.lock = lockHome(${JSON.stringify(home)})
process.stdout.write('held')
setInterval(() => {}, 1000)`
  child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [text] = await once(child.stdout!, 'data')
  expect(String(text)).toBe('held')

  expect(() => lockHome(home)).toThrow(
    `'start' already runs on ${home} (process ${child.pid}); end it, or set TIDEMARK_HOME`,
  )

  child.kill('SIGKILL')
  await once(child, 'exit')
  const lock = lockHome(home)
  expect(() => lockHome(home)).toThrow(`(process ${process.pid})`)
  lock.release()
  lockHome(home).release()
})

test('a home that cannot be written is named', () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  expect(() => lockHome(join(file, 'home'))).toThrow(
    expect.objectContaining({
      code: 'invalid',
      message: expect.stringMatching(/^cannot write to \S+file\/home \(ENOTDIR/),
    }),
  )
})
