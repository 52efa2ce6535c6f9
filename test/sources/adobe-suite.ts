import { onTestFinished } from 'vitest'
import { adobeAnalytics } from '../../functions/sources/adobe-analytics.ts'
import { type AdobeSandbox, type AdobeSuite, simulateAdobeAnalytics } from '../../sandbox/adobe-analytics.ts'
import { type Asked, readStream } from './read-stream.ts'

export const RSID = 'tidemarkprod'
export const NOW = new Date('2026-11-20T20:00:00Z')

/** Starts a suite with two days on which something happened; it ends with the test. */
export async function start(more: Partial<AdobeSuite> = {}): Promise<AdobeSandbox> {
  const sandbox = await simulateAdobeAnalytics({
    company: 'tidema0',
    rsid: RSID,
    zone: 'US/Pacific',
    now: () => NOW,
    days: {
      '2026-10-31': { visits: 700, visitors: 500, pageviews: 2_100, orders: 9, revenue: 120.5 },
      '2026-11-01': { visits: 900, visitors: 600, pageviews: 2_000 },
    },
    ...more,
  })
  onTestFinished(() => sandbox.close())
  return sandbox
}

export type Options = Partial<Parameters<typeof adobeAnalytics>[0]>

export const source = ({ baseUrl, tokens }: Pick<AdobeSandbox, 'baseUrl' | 'tokens'>, more: Options = {}) =>
  adobeAnalytics({
    company: 'tidema0',
    rsid: RSID,
    zone: 'America/Los_Angeles',
    baseUrl,
    tokenUrl: tokens.url,
    ...more,
  })

/** Reads those two days, between which daylight saving time ends the second. */
export const read = (sandbox: AdobeSandbox, asked: Partial<Asked> = {}, more: Options = {}) =>
  readStream(source(sandbox, more), 'visits', {
    from: '2026-10-31',
    to: '2026-11-01',
    now: NOW,
    secrets: { ...sandbox.credential },
    ...asked,
  })
