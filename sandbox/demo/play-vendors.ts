import { randomUUID } from 'node:crypto'
import type { Day } from '../../functions/kit/day.ts'
import { demoAdobeAnalytics, simulateAdobeAnalytics } from '../adobe-analytics.ts'
import { demoFacebook, simulateFacebook } from '../facebook.ts'
import { demoGa4, simulateGa4 } from '../ga4.ts'
import { type HubspotRecord, simulateHubspot } from '../hubspot.ts'
import { demoInstagram, simulateInstagram } from '../instagram.ts'
import { demoLinkedin, simulateLinkedin } from '../linkedin.ts'
import type { Sandbox } from '../serve.ts'
import { demoX, simulateX } from '../x.ts'
import { demoYoutube, simulateYoutube } from '../youtube.ts'
import { pastPosts } from './past-posts.ts'

/** A vendor that is played. */
interface Vendor {
  readonly sandbox: Sandbox
  /** Where it gives out access tokens, if that is elsewhere. */
  readonly tokenUrl?: string
  /** Secrets of the source, by the end of their variable's name. */
  readonly secrets: Readonly<Record<string, string>>
}

export interface Vendors {
  /**
   * What the config reads and the sources look up: `TIDEMARK_DEMO_<SOURCE ID>`, with `_TOKENS` the token endpoint, and
   * the secrets.
   */
  readonly variables: Readonly<Record<string, string>>
  close(): Promise<void>
}

/**
 * Plays every vendor of the demo on loopback. Nothing later than `now` is shown.
 * @param options.until the last day of the shop's data, after it was moved by so many weeks
 */
export async function playVendors(options: {
  readonly contacts: readonly HubspotRecord[]
  readonly zone: string
  readonly weeks: number
  readonly until: Day
  readonly now: () => Date
}): Promise<Vendors> {
  const { contacts, zone, weeks, until, now } = options
  const posts = pastPosts(weeks, zone)
  const [hubspot, ga4, adobe, facebook, instagram, x, linkedin, youtube] = await Promise.all([
    playHubspot(contacts, now),
    playGa4(until, zone, now),
    playAdobeAnalytics(until, zone, now),
    playFacebook(posts, now),
    playInstagram(posts, now),
    playX(posts, now),
    playLinkedin(until, now),
    playYoutube(until, now),
  ])
  const vendors = { hubspot, ga4, 'adobe-analytics': adobe, facebook, instagram, x, linkedin, youtube }
  return {
    variables: Object.assign({}, ...Object.entries(vendors).map(([id, vendor]) => variablesOf(id, vendor))),
    close: async () => {
      await Promise.all(Object.values(vendors).map(({ sandbox }) => sandbox.close()))
    },
  }
}

function variablesOf(id: string, { sandbox, tokenUrl, secrets }: Vendor): Record<string, string> {
  const source = id.replaceAll('-', '_').toUpperCase()
  return {
    [`TIDEMARK_DEMO_${source}`]: sandbox.baseUrl,
    ...(tokenUrl && { [`TIDEMARK_DEMO_${source}_TOKENS`]: tokenUrl }),
    ...Object.fromEntries(Object.entries(secrets).map(([name, value]) => [`TIDEMARK_${source}_${name}`, value])),
  }
}

/** Secrets of an OAuth client, and of the consent it was given. */
const oauth = (given: {
  readonly clientId: string
  readonly clientSecret: string
  readonly refreshToken?: string
}) => ({
  CLIENT_ID: given.clientId,
  CLIENT_SECRET: given.clientSecret,
  ...(given.refreshToken && { REFRESH_TOKEN: given.refreshToken }),
})

async function playHubspot(contacts: readonly HubspotRecord[], now: () => Date): Promise<Vendor> {
  const token = randomUUID()
  return { sandbox: await simulateHubspot({ token, now, contacts }), secrets: { TOKEN: token } }
}

async function playGa4(until: Day, timeZone: string, now: () => Date): Promise<Vendor> {
  const sandbox = await simulateGa4({ property: '123', timeZone, data: demoGa4(until), now })
  const { url, keyFile } = sandbox.tokens
  return { sandbox, tokenUrl: url, secrets: { CREDENTIALS: keyFile } }
}

async function playAdobeAnalytics(until: Day, zone: string, now: () => Date): Promise<Vendor> {
  const sandbox = await simulateAdobeAnalytics({
    company: 'shop',
    rsid: 'shop.web',
    zone,
    ...demoAdobeAnalytics(until),
    now,
  })
  return { sandbox, tokenUrl: sandbox.tokens.url, secrets: oauth(sandbox.credential) }
}

type Posts = ReturnType<typeof pastPosts>

async function playFacebook(posts: Posts, now: () => Date): Promise<Vendor> {
  const token = randomUUID()
  const { followersAt, ...page } = demoFacebook(posts)
  const followers = () => followersAt(now())
  return { sandbox: await simulateFacebook({ id: '1001', token, now, followers, ...page }), secrets: { TOKEN: token } }
}

async function playInstagram(posts: Posts, now: () => Date): Promise<Vendor> {
  const token = randomUUID()
  const account = { id: '2002', username: 'shop', ...demoInstagram(posts, now) }
  return { sandbox: await simulateInstagram({ ...account, token, now }), secrets: { TOKEN: token } }
}

async function playX(posts: Posts, now: () => Date): Promise<Vendor> {
  const sandbox = await simulateX({ id: '2244994945', ...demoX(posts, now), refreshToken: randomUUID(), now })
  return { sandbox, tokenUrl: sandbox.tokens.url, secrets: oauth(sandbox.tokens.consent) }
}

async function playLinkedin(until: Day, now: () => Date): Promise<Vendor> {
  const sandbox = await simulateLinkedin({ ...demoLinkedin(until), now })
  return { sandbox, tokenUrl: sandbox.tokens.url, secrets: oauth(sandbox.consent) }
}

async function playYoutube(until: Day, now: () => Date): Promise<Vendor> {
  const sandbox = await simulateYoutube({ ...demoYoutube(until), now })
  return { sandbox, tokenUrl: sandbox.tokens.url, secrets: oauth(sandbox.tokens.consent) }
}
