import { day } from '../../functions/kit/day.ts'
import { ga4 } from '../../functions/sources/ga4.ts'
import { type Ga4Property, type Ga4Sandbox, type Ga4Visit, simulateGa4, visitsOf } from '../../sandbox/ga4.ts'
import { type Asked, readStream } from './read-stream.ts'

export const ZONE = 'America/New_York'
export const DAY = '2026-11-18'
export const NOW = new Date('2026-11-20T12:00:00Z')

export const visit = (user: string, group: string, more: Partial<Ga4Visit> = {}): Ga4Visit => ({
  day: day(DAY),
  user,
  group,
  ...more,
})

/** Two people by search, one of them twice and by mail too; one by a link in a mail; a return after six days. */
export const visits: readonly Ga4Visit[] = [
  visit('ann', 'Organic Search', { engaged: true, seconds: 90, views: 4, events: ['sign_up'] }),
  visit('ann', 'Organic Search', { seconds: 10 }),
  visit('ann', 'Email', { seconds: 20, engaged: true }),
  visit('bob', 'Organic Search', { seconds: 5, events: ['scroll'] }),
  visit('cid', 'Email', { seconds: 30, views: 2, events: ['sign_up', 'sign_up'] }),
  visit('ann', 'Direct', { day: day('2026-11-12') }),
  visit('dan', 'Referral', { day: day('2026-10-22') }),
  visit('eve', 'Referral', { day: day('2026-10-21') }),
]

const running: Ga4Sandbox[] = []

/** Starts a property with those visits. */
export async function start(property: Partial<Ga4Property> = {}): Promise<Ga4Sandbox> {
  const sandbox = await simulateGa4({
    property: '123',
    timeZone: ZONE,
    data: visitsOf(visits),
    now: () => NOW,
    ...property,
  })
  running.push(sandbox)
  return sandbox
}

/** Ends what was started. */
export async function stop(): Promise<void> {
  await Promise.all(running.splice(0).map((one) => one.close()))
}

export type Options = Parameters<typeof ga4>[0]

export const source = ({ baseUrl, tokens }: Ga4Sandbox, more: Partial<Options> = {}) =>
  ga4({ property: '123', zone: ZONE, keyEvents: ['sign_up'], baseUrl, tokenUrl: tokens.url, ...more })

/** Reads one day, with the key of the service account. */
export const read = (
  sandbox: Ga4Sandbox,
  stream = 'traffic',
  asked: Partial<Asked> = {},
  more: Partial<Options> = {},
) =>
  readStream(source(sandbox, more), stream, {
    from: DAY,
    now: NOW,
    secrets: { credentials: sandbox.tokens.keyFile },
    ...asked,
  })
