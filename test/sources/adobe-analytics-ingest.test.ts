import { expect, test } from 'vitest'
import { day, eachDay } from '../../functions/kit/day.ts'
import { demoAdobeAnalytics } from '../../sandbox/adobe-analytics.ts'
import { deploy } from '../ingest/deployment.ts'
import { NOW, source, start } from './adobe-suite.ts'

const asked = { stream: 'visits', from: '2026-10-28', to: '2026-11-05' }

test('adobe analytics, ingested: every day its part, and a warning of what may not be seen', async () => {
  const sandbox = await start({ ...demoAdobeAnalytics(day('2026-11-19')), hidden: ['visitors'] })
  const { clientId, clientSecret } = sandbox.credential
  await using deployed = await deploy({
    sources: [source(sandbox)],
    now: NOW.toISOString(),
    env: {
      TIDEMARK_ADOBE_ANALYTICS_CLIENT_ID: clientId,
      TIDEMARK_ADOBE_ANALYTICS_CLIENT_SECRET: clientSecret,
    },
  })
  const { run } = await deployed.ingest(asked)
  expect((await deployed.run(run)).warnings).toEqual([
    { code: 'unauthorized_metric', message: 'metrics/visitors is left out: unauthorized_metric' },
  ])
  const parts = await deployed.parts(undefined, 'visits')
  expect(Object.keys(parts)).toEqual(eachDay(day(asked.from), day(asked.to)))
  const rows = await deployed.rows('traffic', undefined, 'visits')
  expect(rows).toHaveLength(9)
  expect(rows.every(({ sessions, users }) => Number(sessions) > 0 && (users === null || users === undefined))).toBe(
    true,
  )
})
