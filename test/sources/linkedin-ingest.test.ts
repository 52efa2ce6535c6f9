import { describe, expect, test } from 'vitest'
import { day, eachDay } from '../../functions/kit/day.ts'
import type { LinkedinPage } from '../../sandbox/linkedin.ts'
import { deploy } from '../ingest/deployment.ts'
import { NOW, READY, source, start } from './linkedin-page.ts'

const asked = { stream: 'shares', from: '2026-11-10', to: '2026-11-19' }

async function opened(more: Partial<LinkedinPage> = {}) {
  const sandbox = await start(more)
  const { clientId, clientSecret, refreshToken } = sandbox.consent
  const deployed = await deploy({
    sources: [source(sandbox)],
    now: NOW.toISOString(),
    env: {
      TIDEMARK_LINKEDIN_CLIENT_ID: clientId,
      TIDEMARK_LINKEDIN_CLIENT_SECRET: clientSecret,
      TIDEMARK_LINKEDIN_REFRESH_TOKEN: refreshToken,
    },
  })
  return { sandbox, deployed }
}

describe('linkedin, ingested', () => {
  test('commits the days that are ready, and the others once they are', async () => {
    let now = NOW
    const { deployed } = await opened({ now: () => now })
    await using _ = deployed
    await deployed.ingest(asked)
    const ready = eachDay(day(asked.from), day(READY))
    expect(Object.keys(await deployed.parts(undefined, 'shares'))).toEqual(ready)
    now = new Date(NOW.getTime() + 2 * 86_400_000)
    deployed.at(now.toISOString())
    await deployed.ingest(asked)
    expect(Object.keys(await deployed.parts(undefined, 'shares'))).toEqual([...ready, '2026-11-18', '2026-11-19'])
  })

  test('warns of what is below zero, and waits for a limit', async () => {
    const { deployed } = await opened({ calls: 1, days: { '2026-11-16': { likes: -1, comments: 2 } } })
    await using _ = deployed
    const done = await deployed.ingest(asked)
    const { warnings } = await deployed.run(done.run)
    expect(warnings).toContainEqual({ code: 'negative', message: 'likeCount of a day below zero: left out' })
    const waiting = await deployed.once({ ...asked, stream: 'follows' })
    expect(waiting).toMatchObject({ status: 'wait' })
  })
})
