import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { openSqlite } from '../../functions/store/sqlite.ts'
import { tableConformance } from './table-conformance.ts'

const run = promisify(execFile)
const root = mkdtempSync(join(tmpdir(), 'tidemark-sqlite-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

tableConformance('sqlite', async (now) => openSqlite(join(root, 'conformance.sqlite'), { now }))

it('keeps its rows when it is closed, and sweeps expired ones when it is opened', async () => {
  const file = join(root, 'kept.sqlite')
  const first = openSqlite(file)
  await first.put({ pk: 'a', sk: '1', n: 1 })
  await first.put({ pk: 'a', sk: '2', expires: 1 })
  await first.close()
  await first.close()
  const second = openSqlite(file)
  expect(await Array.fromAsync(second.query('a'))).toEqual([{ pk: 'a', sk: '1', n: 1 }])
  await second.close()
  const database = new DatabaseSync(file)
  expect(database.prepare('SELECT count(*) AS rows FROM item').get()).toEqual({ rows: 1 })
  database.close()
})

it('serves several processes that make the file and write the same row at once', async () => {
  const file = join(root, 'shared.sqlite')
  const script = `
    import { openSqlite } from ${JSON.stringify(join(import.meta.dirname, '../../functions/store/sqlite.ts'))}
    const table = openSqlite(${JSON.stringify(file)})
    for (let i = 0; i < 50; ) {
      const n = (await table.get('shared', 'count'))?.n
      const held = n === undefined ? 'absent' : { attribute: 'n', is: '=', value: n }
      if (await table.put({ pk: 'shared', sk: 'count', n: (n ?? 0) + 1 }, held)) i++
    }
    await table.close()`
  const start = () => run(process.execPath, ['--input-type=module', '-e', script])
  await Promise.all(Array.from({ length: 6 }, start))
  const table = openSqlite(file)
  expect((await table.get('shared', 'count'))!.n).toBe(300)
  await table.close()
})

it('rolls a batch back whole where a row of it cannot be written', async () => {
  const table = openSqlite(join(root, 'batch.sqlite'))
  await expect(
    table.batch([
      { pk: 'a', sk: '1' },
      { pk: 'a', sk: '' },
    ]),
  ).rejects.toMatchObject({ code: 'invalid' })
  expect(await table.get('a', '1')).toBeUndefined()
  await table.close()
})

it('says what is wrong with a file that it cannot use', () => {
  const noise = join(root, 'noise.sqlite')
  writeFileSync(noise, 'this is no database, and long enough to be seen as none'.repeat(20))
  const newer = join(root, 'newer.sqlite')
  const database = new DatabaseSync(newer)
  database.exec('PRAGMA user_version = 99')
  database.close()
  for (const [file, says] of [
    [noise, 'no SQLite file'],
    [newer, 'newer version'],
    [root, 'cannot be opened'],
    [join(noise, 'below', 'x.sqlite'), 'cannot make the folder'],
  ] as const) {
    expect(() => openSqlite(file)).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringContaining(says) }),
    )
    expect(() => openSqlite(file)).toThrow(expect.objectContaining({ message: expect.stringContaining(file) }))
  }
})
