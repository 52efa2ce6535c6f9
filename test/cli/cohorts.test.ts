import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeCohorts } from '../../cli/cohorts.ts'
import { type Ended, runCommands } from './in-one-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-cohorts-'))
const from = (path: string) => fileURLToPath(new URL(`../../functions/${path}`, import.meta.url))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const CONFIG = `import { defineConfig } from '${from('kit/config.ts')}'
import { person } from '${from('kit/person.ts')}'
import { customers } from '${from('facts.ts')}'
import { csv } from '${from('sources/csv.ts')}'
const map = ({ id, since, left }) => customers({ customer: person({ id }), since, ...(left && { left }) })
export default defineConfig({
  timezone: 'Europe/Berlin',
  currency: 'EUR',
  windows: [1],
  sources: [csv({ file: 'people.csv', zone: 'Europe/Berlin', map }, { id: 'people' })],
})
`

const PEOPLE = `id,since,left
1,2026-11-02,
2,2026-11-03,2026-11-10
3,2026-11-04,
4,2026-11-16,
`

describe('tidemark cohorts', () => {
  let ended: Ended[] = []
  let rebuilt: Ended[] = []
  beforeAll(async () => {
    writeFileSync(join(folder, 'tidemark.config.ts'), CONFIG)
    writeFileSync(join(folder, 'people.csv'), PEOPLE)
    const home = join(folder, 'home')
    const env = {
      TIDEMARK_CONFIG: join(folder, 'tidemark.config.ts'),
      TIDEMARK_HOME: home,
      TIDEMARK_NOW: '2026-11-23T06:00:00Z',
    }
    ended = await runCommands(
      [
        ['cohorts', '--period', 'month', '--json'],
        ['collect', '--json'],
        ['cohorts', '--from', '2026-11-02'],
        ['cohorts', '--period', 'month', '--json'],
        ['cohorts', '--json'],
        ['cohorts', '--period', 'year'],
      ],
      env,
    )
    for (const end of ['', '-wal', '-shm']) rmSync(join(home, `tidemark.sqlite${end}`), { force: true })
    rebuilt = await runCommands([['rebuild'], ['cohorts', '--json'], ['compute', '--json'], ['cohorts', '--json']], env)
  }, 60_000)

  test('prints the triangle', () => {
    expect(ended[2]).toMatchObject({ code: 0, stderr: '' })
    expect(ended[2]!.stdout).toBe(`Percent of each cohort retained, by age in weeks; days of Europe/Berlin.
Persons whose first time as a customer began in the period; of them, who is a customer at the end of the last day of the period so many periods later. Who left and came back counts again.

week        size      0      1      2
2026-11-02     3  100.0   66.7   66.7
2026-11-09     0      –      –
2026-11-16     1  100.0
`)
  })

  test('with --json it is the answer of the API', () => {
    expect(JSON.parse(ended[0]!.stdout)).toMatchObject({
      period: 'month',
      to: '2026-10-01',
      size: Array(12).fill(null),
    })
    expect(JSON.parse(ended[3]!.stdout)).toMatchObject({ period: 'month', to: '2026-10-01' })
    const weeks = JSON.parse(ended[4]!.stdout)
    expect(weeks.size.slice(-3)).toEqual([3, 0, 1])
    expect(weeks.retained.slice(-3)).toEqual([[3, 2, 2], [0, 0], [1]])
  })

  test('an unknown period is refused', () => {
    expect(ended[5]).toMatchObject({ code: 1, stdout: '' })
    expect(ended[5]!.stderr).toBe("tidemark: 'year' is no period; expected week or month\n")
  })

  test('a rebuild alone brings no cohorts back, and the next compute does', () => {
    expect(rebuilt.map(({ code }) => code)).toEqual([0, 0, 0, 0])
    const [without, again] = [JSON.parse(rebuilt[1]!.stdout), JSON.parse(rebuilt[3]!.stdout)]
    expect(new Set(without.size_null_reason)).toEqual(new Set(['no_data']))
    expect({ ...again, computed_at: null }).toEqual({ ...JSON.parse(ended[4]!.stdout), computed_at: null })
  })
})

test('what is provisional, missing or not whole is marked, and many ages are cut', () => {
  const ages = Array.from({ length: 15 }, () => 12.5)
  const text = describeCohorts({
    period: 'month',
    timezone: 'UTC',
    definition: 'Who stayed.',
    cohorts: ['2025-09-01', '2025-10-01', '2025-11-01'],
    size: [8, null, null],
    size_null_reason: [null, 'source_missing', 'no_data'],
    rate: [ages, [null, null], []],
    finality: [[...ages.map(() => 'final').slice(2), 'provisional', 'final'], ['provisional', 'final'], []],
    coverage: [ages.map((_, age) => (age === 1 ? 0.5 : 1)), [0, 0], []],
  })
  const lines = text.split('\n')
  expect(lines[3]).toMatch(/^month +size +0 +1 +2 .* 12$/)
  expect(lines[4]).toMatch(/^2025-09-01 +8 +12\.5 +12\.5\? +12\.5 /)
  expect(lines[5]).toMatch(/^2025-10-01 +source missing +–\*\? +–\?$/)
  expect(lines[6]).toMatch(/^2025-11-01 +no data$/)
  expect(lines.slice(-3)).toEqual(['* provisional', '? not all of it was read', 'ages from 13 to 14: with --json'])
})
