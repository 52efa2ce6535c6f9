import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { localFiles } from '../../functions/ingest/local-files.ts'

describe('local files', () => {
  const base = mkdtempSync(join(tmpdir(), 'csv-'))
  for (const name of ['b.csv', 'a.csv', 'in/c.csv', 'in/deep/d.csv', 'x[1].csv', 'other.txt', 'in.csv/e.csv']) {
    mkdirSync(dirname(join(base, name)), { recursive: true })
    writeFileSync(join(base, name), name)
  }
  afterAll(() => rmSync(base, { recursive: true }))

  const open = async (pattern: string, from = base) => {
    const got: string[] = []
    for await (const { name, chunks: bytes } of localFiles(from).open(pattern)) {
      const parts: Uint8Array[] = []
      for await (const part of bytes) parts.push(part)
      got.push(`${name}=${Buffer.concat(parts)}`)
    }
    return got
  }

  it('come by name, from a path or a glob', async () => {
    expect(await open('a.csv')).toEqual(['a.csv=a.csv'])
    expect(await open('./a.csv')).toEqual(['a.csv=a.csv'])
    expect(await open('*.csv')).toEqual(['a.csv=a.csv', 'b.csv=b.csv', 'x[1].csv=x[1].csv'])
    expect(await open('x[1].csv')).toEqual(['x[1].csv=x[1].csv'])
    expect(await open('in/**/*.csv')).toEqual(['in/c.csv=in/c.csv', 'in/deep/d.csv=in/deep/d.csv'])
    expect(await open(join(base, '[ab].csv'))).toEqual(['a.csv=a.csv', 'b.csv=b.csv'])
    expect(await open('../a.csv', join(base, 'in'))).toEqual(['../a.csv=a.csv'])
  })

  it('are missed by pattern and folder', async () => {
    for (const pattern of ['none.csv', '*.tsv', 'a.csv/x', 'in', '/no/where.csv']) {
      const error = await open(pattern).catch((thrown) => thrown)
      expect(error).toMatchObject({
        code: 'invalid',
        message: expect.stringContaining(`'${pattern}', looked up in ${base}`),
      })
    }
  })

  it('that cannot be read are invalid', async () => {
    const files = localFiles(base).open('b.csv')
    const { value } = await files[Symbol.asyncIterator]().next()
    rmSync(join(base, 'b.csv'))
    await expect(value!.chunks[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/^file 'b.csv' cannot be read: ENOENT/),
    })
  })
})
