import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { orders } from '../../functions/facts.ts'
import { localFiles } from '../../functions/ingest/local-files.ts'
import { isLocalTime } from '../../functions/kit/fact.ts'
import type { Page } from '../../functions/kit/page.ts'
import type { Files, Reading, Source, Turn } from '../../functions/kit/source.ts'
import { csv } from '../../functions/sources/csv.ts'

type Line = { file: string; line: number; row?: Record<string, string>; problem?: string }
type Given = Record<string, Uint8Array | string>

const source = csv({ file: '*', zone: 'Europe/Berlin', map: () => null })
const stream = source.streams.rows!

/** Files in memory, handed over in chunks of `size` bytes. */
function inMemory(given: Given, size = 65_536): Files {
  return {
    async *open() {
      for (const name of Object.keys(given).sort()) yield { name, chunks: chunks(Buffer.from(given[name]!), size) }
    },
  }
}

async function* chunks(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function turns(files: Files, resume: unknown = null, of: Source = source): Promise<(Turn & { page: Page })[]> {
  const got = []
  for await (const turn of of.streams.rows!.pages({ files, options: of.options, resume } as Reading<never>)) {
    if ('page' in turn) got.push(turn)
  }
  return got
}

async function read(given: Given | string, size?: number): Promise<Line[]> {
  const got = await turns(inMemory(typeof given === 'string' ? { 'a.csv': given } : given, size))
  return got.flatMap(({ page }) => [...stream.records(page)] as Line[])
}

const rows = async (given: Given | string) => (await read(given)).map(({ row }) => row)
const problems = async (given: string) => (await read(given)).map(({ line, problem }) => problem ?? line)
const text = (of: readonly Turn[]) =>
  Buffer.concat(of.map((turn) => ('page' in turn ? turn.page.bytes : Buffer.alloc(0))))

describe('rows', () => {
  it('gives strings by header name, neither trimmed nor converted', async () => {
    expect(await rows('a, b ,c\n1, x ,\n007,"  y",0.10\n')).toEqual([
      { a: '1', ' b ': ' x ', c: '' },
      { a: '007', ' b ': '  y', c: '0.10' },
    ])
  })

  it('reads quotes, doubled quotes, commas and line breaks in fields', async () => {
    expect(await rows('a,b\r\n"say ""hi""","1,\r\n2\n3"\r\n"",""""\r\n')).toEqual([
      { a: 'say "hi"', b: '1,\r\n2\n3' },
      { a: '', b: '"' },
    ])
  })

  it('counts the lines of the header', async () => {
    expect(await read('a,"b\n(net)"\n1,2\n')).toEqual([{ file: 'a.csv', line: 3, row: { a: '1', 'b\n(net)': '2' } }])
  })

  it('tells an empty value of an only column from a blank line', async () => {
    expect(await read('a\n""\n\n"x"\n""')).toEqual([
      { file: 'a.csv', line: 2, row: { a: '' } },
      { file: 'a.csv', line: 4, row: { a: 'x' } },
      { file: 'a.csv', line: 5, row: { a: '' } },
    ])
  })

  it('keeps names that objects would take for their own', async () => {
    expect(Object.entries((await rows('__proto__,constructor\n1,2\n'))[0]!)).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ])
  })

  it('skips blank lines, needs no last line break, and counts physical lines', async () => {
    expect(await read('a,b\n\n1,"x\ny"\r\n\r\n2,z')).toEqual([
      { file: 'a.csv', line: 3, row: { a: '1', b: 'x\ny' } },
      { file: 'a.csv', line: 6, row: { a: '2', b: 'z' } },
    ])
  })

  it('makes identical rows separate records', async () => {
    const lines = await read({ 'a.csv': 'a\n1\n1\n', 'b.csv': 'a\n1\n' })
    expect(lines.map((line) => stream.key(line))).toEqual(['a.csv:2', 'a.csv:3', 'b.csv:2'])
  })

  it('reads each file by its own header', async () => {
    expect(await rows({ 'a.csv': 'a,b\n1,2\n', 'b.csv': 'b,a\n1,2\n' })).toEqual([
      { a: '1', b: '2' },
      { b: '1', a: '2' },
    ])
  })

  it('yields one page and no record for a file with only a header', async () => {
    const got = await turns(inMemory({ 'a.csv': 'a,b' }))
    expect(got).toHaveLength(1)
    expect(got[0]!.resume).toBeNull()
    expect([...stream.records(got[0]!.page)]).toEqual([])
  })

  it.each([
    ['1 byte', 1],
    ['3 bytes', 3],
    ['64 KiB', 65_536],
  ])('is the same in chunks of %s, packed or not', async (_, size) => {
    const plain = '\ufeffa,b\n1,"ü\n🎉"\n2,y\n'
    const expected = [
      { file: 'a', line: 2, row: { a: '1', b: 'ü\n🎉' } },
      { file: 'a', line: 4, row: { a: '2', b: 'y' } },
    ]
    const members = Buffer.concat([gzipSync(plain.slice(0, 9)), gzipSync(plain.slice(9))])
    expect(await read({ a: plain }, size)).toEqual(expected)
    expect(await read({ a: gzipSync(plain) }, size)).toEqual(expected)
    expect(await read({ a: members }, size)).toEqual(expected)
    expect(text(await turns(inMemory({ a: members }, size))).toString()).toBe(plain)
  })

  it('reads back whatever was written, with the line on which each row begins', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', '🎉', ' ', ',', ';', '"', '\n', '\r\n', '\t', '0') })
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width })))
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        async (given, eol, bom, size) => {
          const quoted = (value: string) =>
            /[",\r\n]/.test(value) || value.length % 2 ? `"${value.replaceAll('"', '""')}"` : value
          const header = (given[0] ?? ['', '']).map((_, i) => `column ${i}`)
          const lines = [header, ...given].map((fields) => fields.map(quoted).join(','))
          const starts = lines.map((_, i) => lines.slice(0, i).join('').split('\n').length + i)
          const got = await read({ f: (bom ? '\ufeff' : '') + lines.join(eol) + eol }, size)
          expect(got).toEqual(
            given.map((fields, i) => ({
              file: 'f',
              line: starts[i + 1],
              row: Object.fromEntries(fields.map((v, k) => [`column ${k}`, v])),
            })),
          )
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('rows that cannot be read', () => {
  it('are told by their line, and the others still count', async () => {
    expect(await problems('a,b\n1,2\n1,2,3\n1\n5" x,2\n"a"b,2\n"x\ny",2,3\n1,2\n')).toEqual([
      2,
      'line 3 has 3 fields; expected 2, as the header',
      'line 4 has 1 fields; expected 2, as the header',
      'line 5 has a quote in a field that is not quoted',
      'line 6 goes on after a closing quote',
      'line 7 has 3 fields; expected 2, as the header',
      9,
    ])
  })

  it('name the line of the quote that is never closed, and lose only their first line', async () => {
    expect(await problems('a,b\n1,2\n"x\ny","z\n3,4\n5,6\n')).toEqual([
      2,
      'line 3 opens a quote on line 4 and does not close it',
      'line 4 has a quote in a field that is not quoted',
      5,
      6,
    ])
    expect(await problems('a,b\n1,"x\n3,4')).toEqual(['line 2 opens a quote on line 2 and does not close it', 3])
  })

  it('do not take along the rows up to the next quote', async () => {
    expect(await problems('a,b\n1,"open\n2,ok\n"x",3\n')).toEqual(['line 2 goes on after a closing quote', 3, 4])
  })

  it('are those with bytes that are no UTF-8', async () => {
    const got = await read({ 'a.csv': Buffer.from('a,b\n1,caf\xe9\n2,ok\n', 'latin1') })
    expect(got).toEqual([
      { file: 'a.csv', line: 2, problem: 'line 2 is not UTF-8' },
      { file: 'a.csv', line: 3, row: { a: '2', b: 'ok' } },
    ])
  })

  it('fail the schema with that reason, by which ingest quarantines them', async () => {
    const [good, bad] = await read('a,b\n1,2\n1\n')
    expect(stream.record.parse(good)).toEqual(good)
    expect(stream.record.safeParse(bad).error?.issues.map(({ message }) => message)).toEqual([
      'line 3 has 1 fields; expected 2, as the header',
    ])
    expect(stream.key(bad)).toBe('a.csv:3')
  })

  it('a stray quote in a big file costs one row', async () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => (i === 1_000 ? `${i},"oops` : `${i},some text`))
    const got = await read(`a,b\n${lines.join('\n')}\n`)
    expect(got.filter(({ problem }) => problem)).toEqual([
      { file: 'a.csv', line: 1_002, problem: 'line 1002 opens a quote on line 1002 and does not close it' },
    ])
    expect(got).toHaveLength(100_000)
  })

  it('a line without end is no CSV', async () => {
    await expect(read(`a,b\n1,2\n${'x'.repeat(1_100_000)}`)).rejects.toThrow(/no line break for 1 MiB after line 3/)
  })
})

describe('files that cannot be read', () => {
  it.each([
    ['an empty file', '', /is empty/],
    ['only a byte order mark', '\ufeff', /no header|blank/],
    ['a blank first line', '\na,b\n', /blank line/],
    ['UTF-16 LE', Buffer.from('\ufeffa,b\n', 'utf16le'), /UTF-16; expected UTF-8/],
    ['UTF-16 without mark', Buffer.from('a,b\n', 'utf16le'), /not UTF-8/],
    ['Windows-1252 in the header', Buffer.from('stra\xdfe,b\n', 'latin1'), /not UTF-8/],
    ['semicolons', 'a;b\n1;2\n', /separated by ";"; expected commas/],
    ['tabs', 'a\tb\n', /separated by "\\t"; expected commas/],
    ['CR line breaks', 'a,b\r1,2\r', /CR alone/],
    ['two columns of one name', 'a,b,a\n', /two columns 'a'/],
    ['a column without name', 'a,,b\n', /no name for column 2/],
    ['a broken quote in the header', 'a,"b\n1,2\n', /bad header: line 1 opens a quote/],
    ['a cut gzip file', gzipSync('a,b\n1,2\n').subarray(0, 15), /no sound gzip file/],
  ])('%s', async (_, given, message) => {
    const error = await read({ 'my.csv': given }).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'invalid', message: expect.stringMatching(message) })
    expect(error.message).toContain("'my.csv'")
  })

  it('one column needs no separator', async () => {
    expect(await rows('a\n1;2\n')).toEqual([{ a: '1;2' }])
  })
})

/** Rows good and bad, with quotes and line breaks in odd places, from a fixed seed. */
function soup(bytes: number, seed: number): string {
  const parts = [
    '1,a,b\n',
    '2,"x\ny",c\r\n',
    '3,"q""q",\n',
    '4,5" pipe,d\n',
    '5,a\n',
    '\n',
    '6,"stray,e\n',
    '7,"a"b,c\n',
    'é,"",ü\n',
  ]
  let state = seed
  let out = 'n,text,more\n'
  while (out.length < bytes) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    out += state % 7 === 0 ? parts[(state >> 8) % parts.length] : `${state},"${'lorem, ipsum '.repeat(state % 80)}",x\n`
  }
  return out
}

describe('pieces', () => {
  const given = {
    'a.csv': soup(10_000_000, 1),
    'b.csv.gz': gzipSync(soup(5_000_000, 2), { level: 1 }),
    'c.csv': 'n,text,more\n1,2,3\n',
  }

  it('hold every byte once, end with a record, and parse alone as they do together', async () => {
    const got = await turns(inMemory(given))
    for (const [name, bytes] of Object.entries(given)) {
      const whole = name.endsWith('.gz') ? gunzipSync(bytes as Buffer) : Buffer.from(bytes as string)
      const own = got.filter(({ page }) => (page.context as { file: string }).file === name)
      expect(text(own).equals(whole)).toBe(true)
      expect(own.slice(0, -1).every(({ page }) => page.bytes.length >= 4 << 20 && page.bytes.length <= 5 << 20)).toBe(
        true,
      )
      const context = own[0]!.page.context as { headerIncluded: boolean }
      expect(context.headerIncluded).toBe(true)
      const brief = ({ line, row }: Line) => `${line} ${row ? Object.values(row).join('|') : 'bad'}`
      const apart = own.flatMap(({ page }) => ([...stream.records(page)] as Line[]).map(brief))
      const together = ([...stream.records({ bytes: whole, context })] as Line[]).map(brief)
      expect(apart.length).toBe(together.length)
      expect(apart.findIndex((line, i) => line !== together[i])).toBe(-1)
      if (own.length > 1) expect(apart.some((line) => line.endsWith('bad'))).toBe(true)
    }
    expect(got.map(({ page }) => (page.context as { file: string }).file)).toEqual([
      'a.csv',
      'a.csv',
      'a.csv',
      'b.csv.gz',
      'b.csv.gz',
      'c.csv',
    ])
  })

  it('are the same in other chunks, and after every resumption', async () => {
    const all = await turns(inMemory(given))
    const same = (a: readonly Turn[], b: readonly Turn[]) => {
      expect(a.map(({ resume }) => resume)).toEqual(b.map(({ resume }) => resume))
      expect(text(a).equals(text(b))).toBe(true)
      expect(a.map((turn) => 'page' in turn && turn.page.context)).toEqual(
        b.map((turn) => 'page' in turn && turn.page.context),
      )
    }
    same(await turns(inMemory(given, 7_777_777)), all)
    for (const [i, { resume }] of all.slice(0, -1).entries()) {
      expect(JSON.stringify(resume).length).toBeLessThan(4_096)
      same(await turns(inMemory(given), JSON.parse(JSON.stringify(resume))), all.slice(i + 1))
    }
    expect(all.at(-1)!.resume).toBeNull()
  })

  it.each([
    ['plain', (text: string) => Buffer.from(text)],
    ['gzip', (text: string) => gzipSync(text, { level: 0 })],
  ])('let go of a %s file when the reading stops early', async (_, packed) => {
    let left = 0
    let closed = false
    const bytes = packed(soup(20_000_000, 3))
    async function* watched() {
      try {
        for await (const chunk of chunks(bytes, 65_536)) {
          left = bytes.length - chunk.byteOffset + bytes.byteOffset
          yield chunk
        }
      } finally {
        closed = true
      }
    }
    const files: Files = {
      async *open() {
        yield { name: 'f', chunks: watched() }
      },
    }
    const reading = { files, options: source.options, resume: null } as Reading<never>
    for await (const turn of stream.pages(reading)) {
      expect(turn.resume).not.toBeNull()
      break
    }
    expect(closed).toBe(true)
    expect(left).toBeGreaterThan(8_000_000)
  })

  it('refuse to go on in a file that changed or went', async () => {
    const { resume } = (await turns(inMemory(given)))[0]!
    const changed = { ...given, 'a.csv': given['a.csv'].replace('lorem', 'LOREM') }
    await expect(turns(inMemory(changed), resume)).rejects.toThrow(/'a.csv' changed while it was being read/)
    await expect(turns(inMemory({ 'c.csv': given['c.csv'] }), resume)).rejects.toThrow(/'a.csv' changed/)
  })

  it('are cut at a record, whatever lies around the 4 MiB', async () => {
    const long = `0,${'x'.repeat(1_000_000)},y\n`
    const odd = fc.string({ unit: fc.constantFrom('"', '"', '\n', ',', 'a', '\r\n'), minLength: 0, maxLength: 400 })
    await fc.assert(
      fc.asyncProperty(odd, odd, async (before, after) => {
        const head = `a,b,c\n${long.repeat(4)}`
        const fill = 'z'.repeat((4 << 20) - head.length - 200)
        const file = Buffer.from(`${head}0,${fill},y\n${before}${after}\n1,2,3\n`)
        const got = await turns(inMemory({ f: file }, 1 << 20))
        expect(text(got).equals(file)).toBe(true)
        const brief = (line: Line) => `${line.line}${line.row ? `:${line.row.a}|${line.row.c}` : '!'}`
        const apart = got.flatMap(({ page }) => [...stream.records(page)].map((line) => brief(line as Line)))
        expect(apart).toEqual(
          [...stream.records({ bytes: file, context: got[0]!.page.context! })].map((line) => brief(line as Line)),
        )
      }),
      { numRuns: 6, seed: 7 },
    )
  })
})

describe('options', () => {
  it('map says what a row means; a failure of it is the row’s', async () => {
    const shop = csv(
      {
        file: 'x',
        zone: 'Europe/Berlin',
        map: (row) => orders({ id: row.id!, at: row.at!, amount: Number(row.pence), currency: 'EUR', kind: 'order' }),
      },
      { id: 'shop' },
    )
    const { map } = shop.streams.rows!
    const fact = map({ row: { id: '1', at: '2026-10-25 02:30', pence: '5' } })
    expect(fact).toMatchObject({ fact: 'orders', columns: { id: '1', at: '2026-10-25T02:30', amount: 5 } })
    expect(isLocalTime('2026-10-25T02:30')).toBe(true)
    expect(() => map({ row: { id: '1', at: 'today', pence: '5' } })).toThrow(
      expect.objectContaining({ code: 'invalid' }),
    )
    const broken = csv({ file: 'x', zone: 'UTC', map: (row) => row.absent!.trim() as never })
    expect(() => broken.streams.rows!.map({ row: {} })).toThrow(
      expect.objectContaining({
        code: 'invalid',
        message: expect.stringMatching(/^the config's map failed: TypeError/),
      }),
    )
  })

  it('declare a whole stream in the given zone', () => {
    expect(stream).toMatchObject({ kind: 'whole', zone: 'Europe/Berlin', settles: 0 })
    expect(stream.facts).toBeUndefined()
    expect(csv({ file: 'x', zone: 'UTC', map: () => null, settles: 3 }).streams.rows!.settles).toBe(3)
  })

  it('are refused where they do not fit', () => {
    const good = { file: 'x', zone: 'UTC', map: () => null }
    expect(() => csv({ ...good, zone: 'Europe/Atlantis' })).toThrow(/'Europe\/Atlantis' is no time zone/)
    expect(() => csv({ ...good, file: '' })).toThrow(/options of source 'csv'/)
    expect(() => csv({ ...good, settles: -1 })).toThrow(/settles/)
    expect(() => csv({ ...good, map: 'x' as never })).toThrow(/expected a function/)
    expect(() => csv({ ...good, separator: ';' } as never)).toThrow(/separator/)
    expect(() => csv({ file: 'x', map: () => null } as never)).toThrow(/zone/)
  })
})

const data = join(import.meta.dirname, '../../../shared/data')

describe.skipIf(!existsSync(data))('real files', () => {
  // Bytes, rows and a digest of every value with its line, as Python's csv module reads the same files
  it.each([
    ['online_retail_2010-12_2011-02/online_retail.csv.gz', 9_279_402, 105_335, 'd3f0460989f2bb93'],
    ['sfo_survey_2017/survey.csv.gz', 665_790, 2_831, '4721e5eb0f6df46d'],
    ['travel_stackexchange/posts.csv.gz', 8_595_473, 72_181, '3b7238cb87dcbb22'],
  ])('%s', async (file, size, count, digest) => {
    const sha = createHash('sha256')
    const got = { size: 0, count: 0, bad: 0 }
    for (const { page } of await turns(localFiles(data), null, csv({ file, zone: 'UTC', map: () => null }))) {
      got.size += page.bytes.length
      for (const { line, row } of stream.records(page) as Iterable<Line>) {
        if (row) got.count++
        else got.bad++
        sha.update(`${[line, ...Object.values(row ?? {})].join('\x1f')}\x1e`)
      }
    }
    expect({ ...got, digest: sha.digest('hex').slice(0, 16) }).toEqual({ size, count, bad: 0, digest })
  })
})
