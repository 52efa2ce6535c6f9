import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openStore } from '../../functions/store/open.ts'

const root = mkdtempSync(join(tmpdir(), 'tidemark-open-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

it('keeps everything below TIDEMARK_HOME', async () => {
  const home = join(root, 'deep', 'home')
  const env = { TIDEMARK_HOME: home, TIDEMARK_A_KEY: 'x' }
  const store = await openStore(env)
  await store.lake.put('a', Buffer.from('x'))
  await store.table.put({ pk: 'a', sk: '1' })
  expect(await store.secrets.get('a', 'key')).toBe('x')
  await store.secrets.pepper()
  expect(
    readdirSync(home)
      .filter((name) => !name.startsWith('tidemark.sqlite-'))
      .sort(),
  ).toEqual(['lake', 'pepper', 'tidemark.sqlite'])
  expect(statSync(home).mode & 0o777).toBe(0o700)
  await store.close()
  const again = await openStore(env)
  expect(await again.lake.get('a')).toEqual(Buffer.from('x'))
  expect(await again.table.get('a', '1')).toEqual({ pk: 'a', sk: '1' })
  await again.close()
})

it('says which home cannot be made or written, and what to do', async () => {
  writeFileSync(join(root, 'file'), '')
  for (const home of [join(root, 'file'), join(root, 'file', 'below')]) {
    await expect(openStore({ TIDEMARK_HOME: home })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(new RegExp(`${home} .*set TIDEMARK_HOME`)),
    })
  }
})

it.each([
  [{ TIDEMARK_STORE: 'gcp' }, "'gcp'"],
  [{ TIDEMARK_STORE: 'AWS', TIDEMARK_BUCKET: 'b', TIDEMARK_TABLE: 't' }, "'AWS'"],
  [{ TIDEMARK_STORE: 'aws', TIDEMARK_TABLE: 't' }, 'TIDEMARK_BUCKET'],
  [{ TIDEMARK_STORE: 'aws', TIDEMARK_BUCKET: 'b' }, 'TIDEMARK_TABLE'],
  [{ TIDEMARK_STORE: 'aws', TIDEMARK_BUCKET: 'b', TIDEMARK_TABLE: '' }, 'TIDEMARK_TABLE'],
])('refuses %j', async (env, names) => {
  const home = join(root, 'refused')
  await expect(openStore({ TIDEMARK_HOME: home, ...env })).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining(names),
  })
  expect(existsSync(home)).toBe(false)
})

it('opens the store in AWS without touching the home', async () => {
  const home = join(root, 'aws')
  const env = { TIDEMARK_HOME: home, TIDEMARK_STORE: 'aws', TIDEMARK_BUCKET: 'b', TIDEMARK_TABLE: 't' }
  const store = await openStore({ ...env, TIDEMARK_A_KEY: 'x' })
  expect(await store.secrets.get('a', 'key')).toBe('x')
  await expect(store.lake.get('../x')).rejects.toMatchObject({ code: 'invalid' })
  await store.close()
  expect(existsSync(home)).toBe(false)
})

it('loads the SDK only for the store in AWS', () => {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ resolve: (name, context, next) => (loaded.push(name), next(name, context)) })
    const { openStore } = await import(${JSON.stringify(join(import.meta.dirname, '../../functions/store/open.ts'))})
    const store = await openStore({ TIDEMARK_HOME: ${JSON.stringify(join(root, 'modules'))} })
    await store.close()
    const local = loaded.some((name) => name.startsWith('@aws-sdk/'))
    await (await openStore({ TIDEMARK_STORE: 'aws', TIDEMARK_BUCKET: 'b', TIDEMARK_TABLE: 't' })).close()
    process.stdout.write(JSON.stringify([local, loaded.some((name) => name.startsWith('@aws-sdk/'))]))`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(JSON.parse(output)).toEqual([false, true])
})
