import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { day, eachDay } from '../../functions/kit/day.ts'
import { type Ended, runCommands } from './in-one-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-annotate-'))
const from = (path: string) => fileURLToPath(new URL(`../../functions/${path}`, import.meta.url))
const home = join(folder, 'home')
/** A process starts in half a second, and in several where the machine is busy. */
const SLOW = 60_000

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const config = (targets: string) => `import { defineConfig } from '${from('kit/config.ts')}'
import { interactions } from '${from('facts.ts')}'
import { csv } from '${from('sources/csv.ts')}'
const map = ({ day, channel, count }) => interactions({ at: day + 'T12:00:00Z', channel, kind: 'click', count: Number(count) })
const events = csv({ file: 'events.csv', zone: 'UTC', map }, { id: 'events' })
export default defineConfig({ timezone: 'UTC', currency: 'EUR', windows: [1], sources: [events], targets: ${targets} })
`

/** By weekday, from Monday on: an ordinary week, that of the quiz, and the one after it. */
const ORDINARY = [40, 42, 38, 44, 41, 39, 43]
const QUIZ = [60, 66, 58, 70, 63, 59, 65]
const AFTER = [44, 44, 40, 47, 45, 43, 45]

/** Clicks in e-mail as above, and some 100 on the web, but for the last day. */
function events(): string {
  const lines = eachDay(day('2026-08-24'), day('2026-11-19')).flatMap((one, i) => {
    const week = one >= '2026-11-02' && one <= '2026-11-08' ? QUIZ : one >= '2026-11-09' ? AFTER : ORDINARY
    const web = one === '2026-11-19' ? 400 : 100 + (Math.floor(i / 7) % 3)
    return [`${one},email,${week[i % 7]}`, `${one},web,${web}`]
  })
  return ['day,channel,count', ...lines, ''].join('\n')
}

const env = (now: string, file = 'tidemark.config.ts') => ({
  TIDEMARK_CONFIG: join(folder, file),
  TIDEMARK_HOME: home,
  TIDEMARK_NOW: now,
})

const quiz = ['Weekly quiz', '--from', '2026-11-02', '--to', '2026-11-08', '--channel', 'email', '--tag', 'quiz, mail']
let ended: Ended[] = []
let later: Ended[] = []
let rebuilt: Ended[] = []

beforeAll(async () => {
  writeFileSync(join(folder, 'events.csv'), events())
  writeFileSync(join(folder, 'tidemark.config.ts'), config('{ interactions: 300, active_customers: 5 }'))
  writeFileSync(join(folder, 'wrong.config.ts'), config('{ profit: 300 }'))
  ended = await runCommands(
    [
      ['annotate', 'add', ...quiz, '--text', 'Ten questions', '--url', 'https://example.com/quiz', '--json'],
      ['annotate', 'add', 'Outage', '--from', '2026-11-19', '--json'],
      ['annotate', 'delete', '$2.id', '--json'],
      ['annotate', 'delete', '$2.id'],
      ['annotate', 'add', 'Nothing', '--from', '2026-02-30', '--channel', 'pigeon'],
      ['annotate', 'list', '--from', '2026-11-01', '--to', '2026-11-30', '--tag', 'mail'],
      ['annotate', 'list', '--json'],
      ['collect', '--from', '2026-08-24', '--to', '2026-11-19'],
      ['annotate', 'effect', '$1.id', '--metric', 'interactions'],
      ['annotate', 'effect', '$1.id', '--metric', 'interactions', '--json'],
      ['annotate', 'effect', '$1.id', '--metric', 'no_such_metric'],
      ['anomalies'],
      ['anomalies', '--date', '2026-11-18', '--json'],
      ['snapshot', '2026-11-19'],
      ['metrics'],
    ],
    env('2026-11-20T04:00:00Z'),
  )
  const asOf = (instant: string) => ['snapshot', '2026-11-19', '--as-of', instant]
  later = await runCommands(
    [
      ['compute'],
      ['anomalies'],
      ['snapshot', '2026-11-20'],
      asOf('2026-11-20T12:00:00Z'),
      asOf('2026-11-20T03:00:00Z'),
    ],
    env('2026-11-21T04:00:00Z'),
  )
  for (const end of ['', '-wal', '-shm']) rmSync(join(home, `table.sqlite${end}`), { force: true })
  rebuilt = await runCommands([['rebuild'], ['annotate', 'list', '--json']], env('2026-11-21T05:00:00Z'))
}, SLOW)

describe('annotate', () => {
  test('adds, lists and deletes', () => {
    const made = JSON.parse(ended[0]!.stdout)
    expect(ended[0]!.code).toBe(0)
    expect(made).toMatchObject({
      title: 'Weekly quiz',
      date_to: '2026-11-08',
      tags: ['quiz', 'mail'],
      channel: 'email',
      text: 'Ten questions',
      url: 'https://example.com/quiz',
      created_by: 'command line',
    })
    expect(ended[2]).toMatchObject({
      code: 0,
      stdout: `${JSON.stringify({ deleted: JSON.parse(ended[1]!.stdout).id })}\n`,
    })
    expect(ended[3]).toMatchObject({ code: 1, stderr: expect.stringContaining('no annotation has the id') })
    expect(ended[5]!.stdout).toMatch(
      /^id .*\n\S+ +2026-11-02 to 2026-11-08 {2}Weekly quiz {2}email {4}quiz,mail {2}command line\n$/,
    )
    expect(JSON.parse(ended[6]!.stdout)).toEqual({ annotations: [made] })
  })

  test('says what does not fit, and why', () => {
    expect(ended[4]).toMatchObject({ code: 1, stdout: '' })
    expect(ended[4]!.stderr).toContain("date_from '2026-02-30' is no day; expected YYYY-MM-DD; channel is no channel")
  })

  test('tells the effect of the weekly quiz', () => {
    expect(ended[7]!.code).toBe(0)
    expect(ended[8]).toMatchObject({ code: 0, stderr: '' })
    expect(ended[8]!.stdout).toBe(
      'Weekly quiz (2026-11-02 to 2026-11-08)\nInteractions (email): 41 a day before, 63 during (+22 ± 0.87, one standard error of 7 pairs of days), 44 after (+3 ± 0.38, one standard error of 7 pairs of days).\n',
    )
    expect(JSON.parse(ended[9]!.stdout)).toMatchObject({
      during_minus_before: { mean: 22, standard_error: Math.sqrt(32 / 6 / 7), pairs: 7 },
      overlapping: [],
    })
    expect(ended[10]).toMatchObject({ code: 1, stderr: expect.stringContaining("'no_such_metric' is no metric") })
  })
})

describe('anomalies', () => {
  test('names what was unusual for its weekday', () => {
    expect(ended[11]!.code).toBe(0)
    expect(ended[11]!.stdout).toMatch(/^2026-11-19, \w+: 1 unusual, /)
    // 447 on the last Thursday; 144, 145 or 146 on the others, but for the quiz's 171 and the 147 after it.
    expect(ended[11]!.stdout).toMatch(
      /\ninteractions: Interactions is unusual: 447, where the median of 12 final Thursdays is 145 \(\+208 %, .* robust deviations\)/,
    )
    const before = JSON.parse(ended[12]!.stdout)
    expect(before).toMatchObject({ date: '2026-11-18', unusual: 0 })
    expect(before.metrics[0]).toMatchObject({ metric: 'interactions', status: 'usual' })
  })

  test('are part of the snapshot', () => {
    expect(ended[13]!.stdout).toContain('\ninteractions: Interactions is unusual: 447')
  })

  test('a late source is another message', () => {
    expect(later[0]!.code).toBe(0)
    expect(later[1]!.stdout).toContain('2026-11-20, provisional: 0 unusual, 0 usual')
    for (const { stdout } of [later[1]!, later[2]!]) {
      expect(stdout).toMatch(/\nnot judged: events is late \(\d+ metrics: interactions, active_customers, /)
      expect(stdout).not.toContain('unusual:')
    }
  })
})

test('a snapshot is shown as it was known, without what is judged today', () => {
  expect(later[3]).toMatchObject({ code: 0, stdout: expect.stringMatching(/^2026-11-19 in \S+: revision 1, /) })
  expect(later[3]!.stdout).not.toContain('unusual')
  expect(later[4]).toMatchObject({ code: 1, stderr: expect.stringContaining('no snapshot of 2026-11-19 had been') })
})

describe('targets', () => {
  test('snapshot and metrics say whether they are reached', () => {
    expect(ended[13]!.stdout).toMatch(/^metric +unit +1d .* target$/m)
    expect(ended[13]!.stdout).toMatch(/^interactions +count +447 .* 300 \(1d\) reached$/m)
    expect(ended[14]!.stdout).toMatch(/^interactions +count +300 \(1d\) reached +Σ /m)
    expect(ended[14]!.stdout).toMatch(/^active_customers +count +5 \(1d\) not reached +\S/m)
    expect(ended[14]!.stdout).toContain('\ntargets as of 2026-11-19\n')
  })

  test('of a metric that does not exist stop every command that knows the metrics', { timeout: SLOW }, async () => {
    const wrong = await runCommands([['metrics'], ['compute']], env('2026-11-20T04:00:00Z', 'wrong.config.ts'))
    for (const { code, stdout, stderr } of wrong) {
      expect({ code, said: stdout + stderr }).toEqual({
        code: 1,
        said: expect.stringContaining("config: targets: 'profit' is no metric; expected one of interactions, "),
      })
    }
  })
})

test('rebuild restores annotations from the log', () => {
  expect(rebuilt[0]!.stdout).toContain(' and 1 annotation\n')
  expect(JSON.parse(rebuilt[1]!.stdout)).toEqual(JSON.parse(ended[6]!.stdout))
})
