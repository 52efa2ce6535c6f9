import { describe, expect, test } from 'vitest'
import { formatIn } from '../../dashboard/format.ts'
import { en } from '../../dashboard/locale/en.ts'
import { languages } from '../../dashboard/locale/reader.ts'
import { NullReason } from '../../functions/api/snapshot-body.ts'
import { statuses } from '../../functions/api/stream-status.ts'
import { metrics } from '../../functions/metrics/index.ts'

const translated = Object.entries(languages).filter(([tag]) => tag !== 'en')

type Leaf = string | ((...given: unknown[]) => string)

/** Every text and function by its path, such as `frame.close`; an English title of a metric is the API's. */
function leavesOf(words: object): Map<string, Leaf> {
  const leaves = (tree: object, path: string): [string, Leaf][] =>
    Object.entries(tree).flatMap(([name, value]): [string, Leaf][] =>
      typeof value === 'object' && value !== null ? leaves(value, `${path}${name}.`) : [[path + name, value]],
    )
  return new Map(leaves({ ...words, metrics: {} }, ''))
}

const english = leavesOf(en)

const functions = [...english].filter((entry): entry is [string, Exclude<Leaf, string>] => typeof entry[1] !== 'string')

/** Sample arguments by how English names them: `n` is a number, all else is text that is written already. */
const argumentsOf = (words: Leaf, n: number): (string | number)[] => {
  const [, names = ''] = /^\(([^)]*)\)/.exec(String(words)) ?? []
  return names.split(/\s*,\s*/).map((name) => (name === 'n' ? n : `⟨${name}⟩`))
}

const said = (words: Map<string, Leaf>, path: string, n: number): string =>
  (words.get(path) as Exclude<Leaf, string>)(...argumentsOf(english.get(path)!, n))

/** What a language rightly says as English does. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  it: ['comma', 'proof.formula', 'metric.segments.channel.chat', 'metric.segments.channel.community'],
  vi: ['comma'],
  fa: [],
}

describe.each(translated)('%s', (tag, words) => {
  const own = leavesOf(words)

  test('says everything that English says, and nothing else', () => {
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort())
    for (const [path, value] of own) expect([path, typeof value]).toEqual([path, typeof english.get(path)])
  })

  test('says it in its own words', () => {
    const same = [...own].filter(([path, value]) => path !== 'direction' && value === english.get(path))
    expect(same.map(([path]) => path)).toEqual(SAME[tag])
    for (const [path] of functions) {
      const spoken = said(english, path, 2)
      // Where there is nothing but what is put in, nothing is to be translated.
      if (/\p{L}/u.test(spoken.replace(/⟨\w+⟩/g, ''))) expect([path, said(own, path, 2)]).not.toEqual([path, spoken])
    }
  })

  test('leaves nothing out, and has no word that is empty or has space around it', () => {
    for (const [path, value] of own) if (typeof value === 'string') expect([path, value]).toEqual([path, value.trim()])
    expect([...own.values()]).not.toContain('')
    for (const [path, english] of functions) {
      for (const n of [1, 2, 5]) {
        const text = said(own, path, n)
        expect(text).not.toMatch(/undefined|null|NaN|\[object/)
        // Of one, a language may say so without the figure: "the only source".
        if (n > 1) for (const given of argumentsOf(english, n)) if (given !== n) expect(text).toContain(given)
      }
    }
  })

  test('keeps commands and addresses as they are', () => {
    const commands = /npm start|tidemark keys create --name …|\/v1\/openapi\.json|ops:read/g
    for (const [path, value] of english) {
      if (typeof value !== 'string') continue
      for (const [command] of value.matchAll(commands))
        expect([path, own.get(path)]).toEqual([path, expect.stringContaining(command)])
    }
  })

  test('has a title for every metric and every group, each title once', () => {
    expect(Object.keys(words.metrics).sort()).toEqual(metrics.map(({ id }) => id).sort())
    expect(Object.values(words.metrics)).not.toContain('')
    expect(new Set(Object.values(words.metrics)).size).toBe(metrics.length)
  })
})

test.each(Object.entries(languages))(
  '%s has words for every state, reason and group that the API knows',
  (_, words) => {
    expect(Object.keys(words.sourceStates).sort()).toEqual([...statuses].sort())
    expect(Object.keys(words.nullReasons).sort()).toEqual([...NullReason.options].sort())
    expect(Object.keys(words.groups).sort()).toEqual([...new Set(metrics.map(({ group }) => group))].sort())
  },
)

test('Italian tells one from many wherever English does', () => {
  const own = leavesOf(languages.it!)
  for (const [path] of functions) {
    const differs = (words: Map<string, Leaf>) => said(words, path, 1) !== said(words, path, 2)
    expect([path, differs(own)]).toEqual([path, differs(english)])
  }
})

describe('Persian', () => {
  const own = leavesOf(languages.fa!)
  const spoken = (path: string) => (typeof own.get(path) === 'string' ? (own.get(path) as string) : said(own, path, 2))
  const isolated = /\u2068[^\u2068\u2069]*\u2069/g

  test('runs the other way, and the others do not', () => {
    expect(Object.entries(languages).map(([tag, { direction }]) => [tag, direction])).toEqual(
      Object.keys(languages).map((tag) => [tag, tag === 'fa' ? 'rtl' : 'ltr']),
    )
  })

  test('isolates what is Latin', () => {
    for (const path of own.keys()) {
      if (path === 'direction') continue
      const rest = spoken(path).replace(isolated, '').replace(/⟨\w+⟩/g, '')
      expect([path, rest.match(/[a-z]+|[\u2066-\u2069]/gi)]).toEqual([path, null])
    }
  })

  test('is written with its own letters: no Arabic kaf or yeh, no Latin punctuation', () => {
    const all = [...own.keys()].filter((path) => path !== 'direction').map(spoken)
    for (const text of [...all, ...Object.values(languages.fa!.metrics)]) {
      expect(text.replace(isolated, '')).not.toMatch(/[كيىة0-9٠-٩?,;%]/)
    }
  })
})

describe('numbers and days', () => {
  const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ').replace(/[\u200e\u200f]/g, '')
  const EUR = { unit: 'money', currency: 'EUR' }

  test('are Persian in Persian, in its calendar', () => {
    const format = formatIn('fa')
    expect(format.number(1234567.8)).toBe('۱٬۲۳۴٬۵۶۸')
    expect(format.number(12.34)).toBe('۱۲٫۳۴')
    expect(plain(format.value(684211, EUR))).toBe('€۶٬۸۴۲٫۱۱')
    expect(plain(format.value(12.3456, { unit: 'percent' }))).toBe('۱۲٫۳۵٪')
    expect(format.value(90, { unit: 'seconds' })).toBe('۱ دقیقه ۳۰ ثانیه')
    expect(format.shortDay('2026-11-19')).toBe('۲۸ آبان')
    expect(format.month('2026-03-21')).toBe('فروردین ۱۴۰۵')
    expect(format.day('2026-11-19')).toBe('پنجشنبه ۲۸ آبان ۱۴۰۵')
    // The mark keeps the sign to the left of its number.
    expect(format.change(-12.3)).toBe('\u200e−۱۲٪')
    expect(format.difference(2.5, { unit: 'percent' })).toBe('\u200e+۲٫۵')
    expect(format.value(-90, { unit: 'seconds' })).toBe('\u200e−۱ دقیقه ۳۰ ثانیه')
  })

  test('are as Italians write them', () => {
    const format = formatIn('it')
    expect(format.number(1234567.8)).toBe('1.234.568')
    expect(format.number(12.34)).toBe('12,34')
    expect(plain(format.value(684211, EUR))).toBe('6842,11 €')
    expect(plain(format.value(12.3456, { unit: 'percent' }))).toBe('12,35%')
    expect(format.value(183_600, { unit: 'seconds' })).toBe('2 giorni 3 h')
    expect(format.day('2026-11-19')).toBe('gio 19 nov 2026')
    expect(format.list(['shop', 'mail', 'crm'])).toBe('shop, mail e crm')
  })

  test('are as Vietnamese write them', () => {
    const format = formatIn('vi')
    expect(format.number(1234567.8)).toBe('1.234.568')
    expect(format.number(12.34)).toBe('12,34')
    expect(plain(format.value(684211, EUR))).toBe('6.842,11 €')
    expect(plain(format.value(12.3456, { unit: 'percent' }))).toBe('12,35%')
    expect(format.value(183_600, { unit: 'seconds' })).toBe('2 ngày 3 giờ')
    expect(format.day('2026-11-19')).toBe('Thứ 5, 19 thg 11, 2026')
  })
})
