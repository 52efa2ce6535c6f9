import { expect, test } from 'vitest'
import { day, eachDay } from '../../functions/kit/day.ts'
import { demoAdobeAnalytics } from '../../sandbox/adobe-analytics.ts'
import { deploy } from '../ingest/deployment.ts'
import { NOW, source, start } from './adobe-suite.ts'

const asked = { stream: 'visits', from: '2026-10-28', to: '2026-11-05' }

test('adobe analytics, ingested: every day its part, the same when repeated, and no secret is kept', async () => {
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
  const digests = async () =>
    Object.entries(await deployed.parts(undefined, 'visits')).map(([on, { digest }]) => [on, digest])
  const { run } = await deployed.ingest(asked)
  expect((await deployed.run(run)).warnings).toEqual([
    { code: 'unauthorized_metric', message: 'metrics/visitors is left out: unauthorized_metric' },
  ])
  const before = await digests()
  expect(before.map(([on]) => on)).toEqual(eachDay(day(asked.from), day(asked.to)))
  await deployed.ingest({ ...asked, force: true })
  expect(await digests()).toEqual(before)
  const rows = await deployed.rows('traffic', undefined, 'visits')
  expect(rows).toHaveLength(9)
  expect(rows.every(({ sessions, users }) => Number(sessions) > 0 && (users === null || users === undefined))).toBe(
    true,
  )
  const texts = (await deployed.dump()).map(({ text }) => text).join('\n')
  for (const secret of [clientId, clientSecret, 'eyJaccess']) expect(texts).not.toContain(secret)
})
