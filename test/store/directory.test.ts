import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openDirectory } from '../../functions/store/directory.ts'
import { lakeConformance } from './lake-conformance.ts'

const root = mkdtempSync(join(tmpdir(), 'tidemark-directory-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

lakeConformance('directory', async () => openDirectory(join(root, 'conformance')))

it('keeps each object as a file of its own under its key', async () => {
  const lake = openDirectory(join(root, 'plain'))
  await lake.put('a/b.json', Buffer.from('{}'))
  expect(await lake.file('a/b.json')).toBe(join(root, 'plain/a/b.json'))
  expect(readFileSync(join(root, 'plain/a/b.json'), 'utf8')).toBe('{}')
  expect(readdirSync(join(root, 'plain/~unfinished'))).toEqual([])
})

it('never lists what is unfinished or foreign, and sweeps the unfinished a day later', async () => {
  const directory = join(root, 'sweep')
  await openDirectory(directory).put('a', Buffer.from('a'))
  const [old, recent] = ['old', 'recent'].map((name) => join(directory, '~unfinished', name))
  writeFileSync(old!, 'half')
  writeFileSync(recent!, 'half')
  const yesterday = Date.now() / 1000 - 86_500
  utimesSync(old!, yesterday, yesterday)
  writeFileSync(join(directory, 'my file'), 'x')
  mkdirSync(join(directory, 'lost+found'))
  const lake = openDirectory(directory)
  expect(await Array.fromAsync(lake.list(''))).toEqual([{ key: 'a', bytes: 1 }])
  expect(readdirSync(join(directory, '~unfinished'))).toEqual(['recent'])
})

it('leaves nothing behind where a create loses or a write fails', async () => {
  const directory = join(root, 'clean')
  const lake = openDirectory(directory)
  await lake.create('a/b', Buffer.from('x'))
  await lake.create('a/b', Buffer.from('y'))
  for (const write of ['put', 'create'] as const) {
    await expect(lake[write]('a/b/c', Buffer.from('z'))).rejects.toMatchObject({ code: 'invalid' })
  }
  await expect(lake.put('a', Buffer.from('z'))).rejects.toMatchObject({ code: 'invalid' })
  expect(await lake.get('a')).toBeUndefined()
  expect(await lake.get('a/b/c')).toBeUndefined()
  await lake.delete(['a', 'a/b/c'])
  expect(await Array.fromAsync(lake.list(''))).toEqual([{ key: 'a/b', bytes: 1 }])
  expect(readdirSync(join(directory, '~unfinished'))).toEqual([])
})

it('says which path cannot be used', () => {
  writeFileSync(join(root, 'file'), '')
  const path = join(root, 'file', 'lake')
  expect(() => openDirectory(path)).toThrow(
    expect.objectContaining({ code: 'invalid', message: expect.stringContaining(path) }),
  )
})

it('shows nothing of a write that was killed', async () => {
  const directory = join(root, 'killed')
  const script = `
    import { openDirectory } from ${JSON.stringify(join(import.meta.dirname, '../../functions/store/directory.ts'))}
    const lake = openDirectory(${JSON.stringify(directory)})
    await lake.put('done', Buffer.from('x'))
    for (let i = 0; i < 8; i++) void lake.put('big/' + i, Buffer.alloc(200_000_000))
    setImmediate(() => process.kill(process.pid, 'SIGKILL'))`
  expect(() => execFileSync(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' })).toThrow(
    expect.objectContaining({ signal: 'SIGKILL' }),
  )
  const lake = openDirectory(directory)
  for await (const { key, bytes } of lake.list('')) expect(bytes).toBe(key === 'done' ? 1 : 200_000_000)
  expect(await lake.get('done')).toEqual(Buffer.from('x'))
  expect(readdirSync(join(directory, '~unfinished')).length).toBeGreaterThan(0)
})
