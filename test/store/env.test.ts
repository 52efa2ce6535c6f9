import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { openEnv } from '../../functions/store/env.ts'
import { secretsConformance } from './secrets-conformance.ts'

const run = promisify(execFile)
const root = mkdtempSync(join(tmpdir(), 'tidemark-env-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const none = join(root, 'none.env')
let homes = 0
const newHome = () => join(root, `home-${homes++}`)

const conformance = newHome()
secretsConformance('env', async () =>
  openEnv({ home: conformance, env: { TIDEMARK_MY_SHOP_API_KEY: 'first' }, dotenv: none }),
)

it.each([
  ['ga4', 'key', 'TIDEMARK_GA4_KEY'],
  ['my-shop', 'apiKey', 'TIDEMARK_MY_SHOP_API_KEY'],
  ['my-shop-2', 'oauth2RefreshToken', 'TIDEMARK_MY_SHOP_2_OAUTH2_REFRESH_TOKEN'],
  ['shop', 'clientID', 'TIDEMARK_SHOP_CLIENT_ID'],
  ['shop', 'client-id', 'TIDEMARK_SHOP_CLIENT_ID'],
])('reads %s %s from %s, and names it where it is missing', async (source, name, variable) => {
  expect(await openEnv({ home: newHome(), env: { [variable]: 'x' }, dotenv: none }).get(source, name)).toBe('x')
  for (const env of [{}, { [variable]: '' }, { [variable]: undefined }]) {
    await expect(openEnv({ home: newHome(), env, dotenv: none }).get(source, name)).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringMatching(new RegExp(`\\b${variable}\\b`)),
    })
  }
})

it('reads a .env file after the environment, and anew each time', async () => {
  const dotenv = join(root, 'some.env')
  writeFileSync(dotenv, '# comment\nTIDEMARK_A_ONE="from #file"\nexport TIDEMARK_A_TWO=from file\n')
  const secrets = openEnv({ home: newHome(), env: { TIDEMARK_A_TWO: 'from environment' }, dotenv })
  expect(await secrets.get('a', 'one')).toBe('from #file')
  expect(await secrets.get('a', 'two')).toBe('from environment')
  writeFileSync(dotenv, 'TIDEMARK_A_ONE=new\n')
  expect(await secrets.get('a', 'one')).toBe('new')
})

it("prefers what was put, until the operator's own value changes", async () => {
  const home = newHome()
  const withValue = (value: string | undefined) => openEnv({ home, env: { TIDEMARK_A_TOKEN: value }, dotenv: none })
  await withValue('old').put('a', 'token', 'rotated')
  expect(await withValue('old').get('a', 'token')).toBe('rotated')
  expect(await withValue('new').get('a', 'token')).toBe('new')
  await withValue('new').put('a', 'token', 'rotated again')
  expect(await withValue('new').get('a', 'token')).toBe('rotated again')
  expect(await withValue('old').get('a', 'token')).toBe('old')
})

it('keeps a secret that the environment never had, until it has one', async () => {
  const home = newHome()
  await openEnv({ home, env: {}, dotenv: none }).put('a', 'token', 'put')
  expect(await openEnv({ home, env: {}, dotenv: none }).get('a', 'token')).toBe('put')
  expect(await openEnv({ home, env: { TIDEMARK_A_TOKEN: 'set' }, dotenv: none }).get('a', 'token')).toBe('set')
})

it("keeps everything for the owner's eyes only, and leaves nothing half-written", async () => {
  const home = newHome()
  const secrets = openEnv({ home, env: {}, dotenv: none })
  await secrets.put('a', 'token', 'value')
  await secrets.pepper()
  expect(readdirSync(home).sort()).toEqual(['pepper', 'secrets'])
  expect(readdirSync(join(home, 'secrets'))).toEqual(['a.token.json'])
  for (const path of ['pepper', 'secrets/a.token.json']) expect(statSync(join(home, path)).mode & 0o777).toBe(0o600)
  for (const path of ['.', 'secrets']) expect(statSync(join(home, path)).mode & 0o777).toBe(0o700)
})

it('makes one pepper among several processes', async () => {
  const home = newHome()
  const script = `
    import { openEnv } from ${JSON.stringify(join(import.meta.dirname, '../../functions/store/env.ts'))}
    process.stdout.write(await openEnv({ home: ${JSON.stringify(home)}, env: {}, dotenv: ${JSON.stringify(none)} }).pepper())`
  const asked = await Promise.all(
    Array.from({ length: 6 }, () => run(process.execPath, ['--input-type=module', '-e', script])),
  )
  const peppers = new Set(asked.map(({ stdout }) => stdout))
  expect([...peppers]).toEqual([readFileSync(join(home, 'pepper'), 'utf8').trim()])
})

it('gives everybody the pepper that lasts, in each of fifty races', async () => {
  for (let race = 0; race < 50; race++) {
    const home = newHome()
    const asked = await Promise.all(Array.from({ length: 8 }, () => openEnv({ home, env: {}, dotenv: none }).pepper()))
    expect(new Set(asked)).toEqual(new Set([readFileSync(join(home, 'pepper'), 'utf8')]))
  }
})

it('takes the pepper of the environment first, and never overwrites a damaged one', async () => {
  const home = newHome()
  const set = 'ab'.repeat(32)
  expect(await openEnv({ home, env: { TIDEMARK_PEPPER: set }, dotenv: none }).pepper()).toBe(set)
  await expect(openEnv({ home, env: { TIDEMARK_PEPPER: 'secret' }, dotenv: none }).pepper()).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('TIDEMARK_PEPPER'),
  })
  mkdirSync(home, { recursive: true })
  for (const damaged of ['', 'abc', 'AB'.repeat(32)]) {
    writeFileSync(join(home, 'pepper'), damaged)
    await expect(openEnv({ home, env: {}, dotenv: none }).pepper()).rejects.toMatchObject({ code: 'invalid' })
    expect(readFileSync(join(home, 'pepper'), 'utf8')).toBe(damaged)
  }
})

it('lets no secret into an error', async () => {
  const home = newHome()
  mkdirSync(join(home, 'secrets'), { recursive: true })
  writeFileSync(join(home, 'secrets', 'a.token.json'), 'hunter2 {')
  writeFileSync(join(home, 'pepper'), 'hunter2')
  const secrets = openEnv({ home, env: {}, dotenv: none })
  // One after the other: the second would fail while nobody waits for it yet.
  for (const fail of [() => secrets.get('a', 'token'), () => secrets.pepper()]) {
    const error = await fail().then(
      () => undefined,
      (cause: Error) => cause,
    )
    expect(error).toMatchObject({ code: 'invalid' })
    expect(`${error?.stack} ${error?.cause}`).not.toContain('hunter2')
  }
})

it('says where it cannot write', async () => {
  writeFileSync(join(root, 'file'), '')
  const secrets = openEnv({ home: join(root, 'file'), env: {}, dotenv: none })
  const refusal = { code: 'invalid', message: expect.stringContaining(join(root, 'file')) }
  await expect(secrets.put('a', 'token', 'x')).rejects.toMatchObject(refusal)
  await expect(secrets.pepper()).rejects.toMatchObject(refusal)
})
