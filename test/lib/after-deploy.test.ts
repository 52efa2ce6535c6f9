import { beforeAll, expect, it, vi } from 'vitest'
import { afterDeploy } from '../../bin/after-deploy.ts'
import { monthlyCost, type PricedTemplate } from '../../cli/monthly-cost.ts'
import { defineConfig } from '../../functions/kit/config.ts'
import { hubspot } from '../../functions/sources/hubspot.ts'
import { instagram } from '../../functions/sources/instagram.ts'
import { youtube } from '../../functions/sources/youtube.ts'
import { cleanUp, type Synthesised, synthesise, testConfig } from './synthesised.ts'

cleanUp()
const makers = [
  (id: string) => hubspot({}, { id }),
  (id: string) => instagram({ account: '1' }, { id }),
  (id: string) => youtube({ channel: 'UCdemodemodemodemodemo00' }, { id }),
]
const twenty = defineConfig({
  timezone: 'Europe/Berlin',
  currency: 'EUR',
  sources: Array.from({ length: 20 }, (_, i) => makers[i % makers.length]!(`source-${i}`)),
})

let made: Synthesised
beforeAll(() => {
  vi.stubEnv('CDK_VALIDATION', 'false')
  made = synthesise(twenty)
})

/** The same template, with another clock. */
const at = (expression: string): PricedTemplate =>
  JSON.parse(JSON.stringify(made.template.toJSON()).replace('cron(0 4 * * ? *)', expression))

it('twenty sources a day cost at most what the bars say, every resource counted', () => {
  const month = monthlyCost(at('cron(0 4 * * ? *)'), { interactions: 1e6 })
  const hourly = monthlyCost(at('cron(0 * * * ? *)'), { interactions: 1e6 })
  const large = monthlyCost(at('cron(0 4 * * ? *)'), { interactions: 1e8 })
  const streams = twenty.sources.reduce((sum, { streams }) => sum + Object.keys(streams).length, 0)
  process.stderr.write(
    `20 sources, ${streams} streams, list prices: daily $${month.dollars.toFixed(2)}, hourly $${hourly.dollars.toFixed(2)}, ` +
      `daily with 100 M interactions $${large.dollars.toFixed(2)}\n`,
  )
  expect(month.dollars).toBeLessThanOrEqual(1.5)
  expect(hourly.dollars).toBeLessThanOrEqual(3.5)
  expect(large.dollars).toBeLessThanOrEqual(10)
  expect(month.afterFreeTier).toBeLessThan(month.dollars)
  const of = (what: string) => month.lines.find((line) => line.what === what)
  expect(of('CloudWatch alarms')).toMatchObject({ count: 4, dollars: 0.4 })
  expect(of('CloudWatch metrics of our own')).toMatchObject({ count: 1, dollars: 0.3 })
  expect(of('workflow: states entered')!.count).toBeCloseTo((730 / 24) * (9 + 3 * 20), 5)
})

it('says what to do next, with commands that can be copied and no secret in them', () => {
  const deployed = { Url: 'https://x.example.com', Bucket: 'the-bucket', TableName: 'the-table', Workflow: 'arn:w' }
  const cost = monthlyCost(at('cron(0 4 * * ? *)'), { interactions: 1e6 })
  const text = afterDeploy(testConfig(), 'dev', deployed, cost)
  expect(text).toContain('https://x.example.com')
  expect(text).toContain(
    'TIDEMARK_STORE=aws TIDEMARK_STAGE=dev TIDEMARK_BUCKET=the-bucket TIDEMARK_TABLE=the-table npm run -s',
  )
  for (const secret of ['hubspot/token', 'hubspot-2/token', 'facebook/token']) {
    expect(text).toContain(
      `aws ssm put-parameter --name /tidemark/dev/${secret} --type SecureString --overwrite --value "$(cat)"\n`,
    )
  }
  expect(text).toMatch(/facebook\/appSecret .*# optional\n/)
  expect(text).toContain('s3://the-bucket/drop/shop/')
  expect(text).toContain('daily at 04:00: hubspot, hubspot-2, facebook')
  expect(text).toContain('every hour: shop')
  expect(text).toContain('--name tidemark-dev-daily ')
  expect(text).toContain('ops@example.com')
  expect(text).toMatch(/\$\d\.\d\d; \$\d\.\d\d with what AWS gives/)
  expect(text).not.toMatch(/tm_/)
})
