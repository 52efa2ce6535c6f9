import { fileURLToPath } from 'node:url'
import { day } from '../../functions/kit/day.ts'
import { type AdobeSuite, simulateAdobeAnalytics } from '../../sandbox/adobe-analytics.ts'
import { type FacebookPage, simulateFacebook } from '../../sandbox/facebook.ts'
import { type Ga4Property, simulateGa4, visitsOf } from '../../sandbox/ga4.ts'
import { type HubspotAccount, simulateHubspot } from '../../sandbox/hubspot.ts'
import { type InstagramAccount, simulateInstagram } from '../../sandbox/instagram.ts'
import { type LinkedinPage, simulateLinkedin } from '../../sandbox/linkedin.ts'
import { simulateX, type XAccount } from '../../sandbox/x.ts'
import { simulateYoutube, type YoutubeAccount } from '../../sandbox/youtube.ts'

export const NOW = new Date('2026-11-20T12:00:00Z')
export const CHANNEL = `UC${'a'.repeat(22)}`

const now = () => NOW
const from = (path: string) => fileURLToPath(new URL(`../../functions/${path}`, import.meta.url))

/** What is special about a vendor. */
export interface Special {
  readonly hubspot?: Partial<HubspotAccount>
  readonly ga4?: Partial<Ga4Property>
  readonly adobe?: Partial<AdobeSuite>
  readonly facebook?: Partial<FacebookPage>
  readonly instagram?: Partial<InstagramAccount>
  readonly x?: Partial<XAccount>
  readonly linkedin?: Partial<LinkedinPage>
  readonly youtube?: Partial<YoutubeAccount>
}

/** Simulators of every vendor; `options` and `secrets` are what a config and a `.env` say of them. */
export async function playEveryVendor(special: Special = {}) {
  const hubspot = await simulateHubspot({ token: 'pat-na1-canary-0001', now, ...special.hubspot })
  const ga4 = await simulateGa4({
    ...{ property: '123', timeZone: 'Europe/Berlin', now },
    data: visitsOf([{ day: day('2026-11-19'), user: 'ann', group: 'Direct' }]),
    ...special.ga4,
  })
  const adobe = await simulateAdobeAnalytics({
    ...{ company: 'tidema0', rsid: 'prod', zone: 'US/Pacific', now },
    ...special.adobe,
  })
  const facebook = await simulateFacebook({
    ...{ id: '1001', token: 'EAApagecanary0001', userTokens: ['EAAusercanary0001'], now, followers: () => 5 },
    ...special.facebook,
  })
  const instagram = await simulateInstagram({
    ...{ id: '2002', username: 'shop', token: 'IGAAcanary00000001', now, followers: () => 1_010 },
    ...special.instagram,
  })
  const x = await simulateX({ id: '3003', now, ...special.x })
  const linkedin = await simulateLinkedin({ organization: '4004', since: day('2020-01-01'), now, ...special.linkedin })
  const youtube = await simulateYoutube({ channel: CHANNEL, since: day('2020-01-01'), now, ...special.youtube })
  const sandboxes = { hubspot, ga4, adobe, facebook, instagram, x, linkedin, youtube }
  const tokens = {
    ga4: ga4.tokens,
    adobe: adobe.tokens,
    x: x.tokens,
    linkedin: linkedin.tokens,
    youtube: youtube.tokens,
  }
  const at = (name: keyof typeof sandboxes) => {
    const tokenUrl = name in tokens ? tokens[name as keyof typeof tokens].url : undefined
    return { baseUrl: sandboxes[name].baseUrl, ...(tokenUrl && { tokenUrl }) }
  }
  return {
    ...sandboxes,
    options: {
      hubspot: at('hubspot'),
      ga4: { property: '123', ...at('ga4') },
      'adobe-analytics': { company: 'tidema0', rsid: 'prod', zone: 'America/Los_Angeles', ...at('adobe') },
      facebook: { page: '1001', messages: true, ...at('facebook') },
      instagram: { account: '2002', comments: true, ...at('instagram') },
      x: { account: '3003', budget: 20, ...at('x') },
      linkedin: { organization: '4004', ...at('linkedin') },
      youtube: { channel: CHANNEL, ...at('youtube') },
      csv: { file: 'events*.csv', zone: 'Europe/Berlin' },
    } as Record<string, Record<string, unknown>>,
    secrets: {
      TIDEMARK_HUBSPOT_TOKEN: 'pat-na1-canary-0001',
      TIDEMARK_GA4_CREDENTIALS: ga4.tokens.keyFile,
      TIDEMARK_FACEBOOK_TOKEN: 'EAAusercanary0001',
      TIDEMARK_INSTAGRAM_TOKEN: 'IGAAcanary00000001',
      ...oauth('ADOBE_ANALYTICS', adobe.credential),
      ...oauth('X', x.tokens.consent),
      ...oauth('LINKEDIN', linkedin.consent),
      ...oauth('YOUTUBE', youtube.tokens.consent),
    } as Record<string, string>,
    breakTokens: () => {
      const echo = { error: 'invalid_grant', error_description: '' }
      for (const [name, one] of Object.entries(tokens)) {
        const { consent } = { consent: {}, ...one } as { consent: { refreshToken?: string } }
        one.break({ status: 400, body: { ...echo, error_description: `${name} ${consent.refreshToken ?? ''}` } })
      }
    },
    close: async () => {
      await Promise.all(Object.values(sandboxes).map((sandbox) => sandbox.close()))
    },
  }
}

function oauth(source: string, given: { clientId: string; clientSecret: string; refreshToken?: string }) {
  const { clientId, clientSecret, refreshToken } = given
  return {
    [`TIDEMARK_${source}_CLIENT_ID`]: clientId,
    [`TIDEMARK_${source}_CLIENT_SECRET`]: clientSecret,
    ...(refreshToken && { [`TIDEMARK_${source}_REFRESH_TOKEN`]: refreshToken }),
  }
}

/** A config with every source, whose options stand in the variable `OPTIONS`. */
export const CONFIG = `import { defineConfig } from '${from('kit/config.ts')}'
import { adobeAnalytics } from '${from('sources/adobe-analytics.ts')}'
import { csv } from '${from('sources/csv.ts')}'
import { facebook } from '${from('sources/facebook.ts')}'
import { ga4 } from '${from('sources/ga4.ts')}'
import { hubspot } from '${from('sources/hubspot.ts')}'
import { instagram } from '${from('sources/instagram.ts')}'
import { linkedin } from '${from('sources/linkedin.ts')}'
import { x } from '${from('sources/x.ts')}'
import { youtube } from '${from('sources/youtube.ts')}'
const factories = { 'adobe-analytics': adobeAnalytics, facebook, ga4, hubspot, instagram, linkedin, x, youtube }
const { csv: file, ...options } = JSON.parse(process.env.OPTIONS)
export default defineConfig({
  timezone: 'Europe/Berlin',
  currency: 'EUR',
  customers: [{ from: '2020-01-01', count: 200 }],
  owners: { traffic: 'ga4', 'interactions.web': 'ga4' },
  sources: [
    ...Object.entries(options).map(([name, given]) => factories[name](given)),
    csv({ ...file, map: () => null }),
  ],
})
`
