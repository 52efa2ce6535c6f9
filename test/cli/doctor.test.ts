import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Health } from '../../functions/ingest/probe-source.ts'
import { CHANNEL, CONFIG, NOW, playEveryVendor, type Special } from './every-vendor.ts'
import { type Ended, runCommands } from './in-one-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-doctor-'))
/** A process starts in half a second, and in several where the machine is busy. */
const SLOW = 60_000
const SOURCES = ['hubspot', 'ga4', 'adobe-analytics', 'facebook', 'instagram', 'x', 'linkedin', 'youtube', 'csv']

beforeAll(() => {
  writeFileSync(join(folder, 'tidemark.config.ts'), CONFIG)
  writeFileSync(join(folder, 'events-1.csv'), 'at,"who, or what"\n2026-11-18,ann\n')
  writeFileSync(join(folder, 'events-2.csv'), 'at,who\n')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Vendors = Awaited<ReturnType<typeof playEveryVendor>>

async function play(special: Special = {}): Promise<Vendors> {
  const vendors = await playEveryVendor(special)
  onTestFinished(() => vendors.close())
  return vendors
}

let homes = 0
/** A home that no other test uses. */
const newHome = () => join(folder, `home-${homes++}`)

async function run(
  vendors: Vendors,
  lines: readonly (readonly string[])[],
  { secrets = vendors.secrets, options = {} as Record<string, object>, home = newHome() } = {},
): Promise<Ended[]> {
  const all = Object.fromEntries(Object.entries(vendors.options).map(([id, one]) => [id, { ...one, ...options[id] }]))
  const ended = await runCommands(lines, {
    TIDEMARK_CONFIG: join(folder, 'tidemark.config.ts'),
    TIDEMARK_HOME: home,
    TIDEMARK_NOW: NOW.toISOString(),
    OPTIONS: JSON.stringify(all),
    ...secrets,
  })
  const said = ended.map(({ stdout, stderr }) => stdout + stderr).join('\n')
  for (const [name, secret] of Object.entries(vendors.secrets)) {
    if (said.includes(secret)) throw new Error(`${name} is told: ${said}`)
  }
  return ended
}

async function doctor(vendors: Vendors, more: Parameters<typeof run>[2] = {}): Promise<[Ended, Map<string, Health>]> {
  const [ended] = await run(vendors, [['doctor', '--json']], more)
  const { sources } = JSON.parse(ended!.stdout) as { sources: Health[] }
  return [ended!, new Map(sources.map((health) => [health.source, health]))]
}

describe('every source', () => {
  test('is well: says whose data it is, keeps rotated tokens, and writes nothing else', { timeout: SLOW }, async () => {
    const vendors = await play()
    const home = newHome()
    const [text, again, one, wrong, many] = await run(
      vendors,
      [['doctor'], ['doctor', '--json'], ['doctor', 'linkedin'], ['doctor', 'webshop'], ['doctor', 'x', 'y']],
      { home },
    )
    expect(text).toMatchObject({ code: 0, stdout: expect.stringContaining('9 sources can be read') })
    expect(again!.code).toBe(0)
    const { ok, sources } = JSON.parse(again!.stdout) as { ok: boolean; sources: Health[] }
    expect(ok).toBe(true)
    expect(Object.fromEntries(sources.map(({ source, account }) => [source, account]))).toEqual({
      hubspot: 'HubSpot account 123456',
      ga4: 'property 123',
      'adobe-analytics': "report suite prod 'Sandbox' of company tidema0",
      facebook: "Page 'The Page' (1001)",
      instagram: '@shop (2002)',
      x: "@name 'Name' (3003)",
      linkedin: 'organization 4004',
      youtube: `channel ${CHANNEL} 'The Channel'`,
      csv: "files that match 'events*.csv': 2",
    })
    expect(text!.stdout).toMatch(/\n {2}time zone +Europe\/Berlin\n/)
    expect(text!.stdout).toContain('events-1.csv  columns at, who, or what')
    expect(text!.stdout).toContain('cost     0.01 USD at the most, once per UTC day')
    expect(one!.stdout).toContain('token until  2027-09-22')
    expect(one!.stdout).not.toContain('hubspot')
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("no source 'webshop' in the config; have") })
    expect(many).toMatchObject({ code: 2, stderr: expect.stringContaining("'y' is one word too many") })
    expect(vendors.x.charged()).toBe(0.01)
    // X replaces the refresh token every time.
    expect(vendors.x.tokens.requests).toHaveLength(2)
    expect(readdirSync(join(home, 'secrets'))).toEqual(['x.refreshToken.json'])
    expect(readdirSync(join(home, 'lake')).filter((name) => !name.startsWith('~'))).toEqual([])
  })

  test('without its secrets: all variables are named, and nobody is called', { timeout: SLOW }, async () => {
    const vendors = await play()
    const [ended, found] = await doctor(vendors, { secrets: { TIDEMARK_X_CLIENT_ID: 'x', TIDEMARK_HUBSPOT_TOKEN: '' } })
    expect(ended.code).toBe(1)
    const said = [...found.values()].map(({ error }) => error?.message).join('\n')
    for (const name of Object.keys(vendors.secrets)) {
      expect(said.includes(`set ${name} `)).toBe(name !== 'TIDEMARK_X_CLIENT_ID')
    }
    const ill = [...found.values()].filter(({ error }) => error?.code === 'credentials')
    expect(ill.map(({ source }) => source)).toEqual(SOURCES.filter((id) => id !== 'csv'))
    expect(found.get('csv')!.status).toBe('ok')
    for (const { requests } of [vendors.hubspot, vendors.x, vendors.facebook]) expect(requests).toEqual([])
  })

  test('with refused credentials: that is told, and no secret that the refusal repeats', {
    timeout: SLOW,
  }, async () => {
    const vendors = await play()
    vendors.breakTokens()
    const used = { ...vendors.secrets, TIDEMARK_HUBSPOT_TOKEN: 'pat-old', TIDEMARK_FACEBOOK_TOKEN: 'EAAold' }
    const [ended, found] = await doctor(vendors, { secrets: { ...used, TIDEMARK_INSTAGRAM_TOKEN: 'IGold' } })
    expect(ended.code).toBe(1)
    for (const id of SOURCES.filter((id) => id !== 'csv')) {
      expect(found.get(id)).toMatchObject({ status: 'failed', error: { code: 'credentials' } })
    }
    expect(found.get('x')!.error!.message).toContain('x ***')
    expect(found.get('hubspot')).toMatchObject({ secrets: ['TIDEMARK_HUBSPOT_TOKEN'] })
  })

  test('with a vendor that is down: no credentials are blamed', { timeout: SLOW }, async () => {
    const vendors = await play()
    const { hubspot, ga4, adobe, facebook, instagram, x, linkedin, youtube } = vendors
    for (const one of [hubspot, ga4, adobe, facebook, instagram, x, linkedin, youtube]) {
      one.fail({ kind: 'bad_gateway', times: Number.POSITIVE_INFINITY })
    }
    const [ended, found] = await doctor(vendors, { options: { csv: { file: 'none.csv' } } })
    expect(ended.code).toBe(1)
    for (const id of SOURCES.filter((id) => id !== 'csv')) {
      expect(found.get(id)).toMatchObject({ status: 'failed', account: null, error: { code: 'unavailable' } })
    }
    expect(found.get('csv')!.error).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining("no file matches 'none.csv'"),
    })
  })

  test('with a permission too few: it is named, with what for and where', { timeout: SLOW }, async () => {
    const vendors = await play({
      hubspot: { missing: { emails: 'sales-email-read', deals: 'crm.objects.deals.read' } },
      ga4: { viewer: false },
      adobe: { hidden: ['visitors'] },
      facebook: { missing: { insights: 'read_insights' } },
      instagram: { missing: { insights: 'instagram_manage_insights', comments: 'instagram_manage_comments' } },
      x: { scope: 'users.read offline.access' },
      linkedin: { role: 'ANALYST' },
      youtube: { granted: ['youtube.readonly'] },
    })
    const [text, asJson] = await run(vendors, [['doctor'], ['doctor', '--json']])
    const { sources } = JSON.parse(asJson!.stdout) as { sources: Health[] }
    const missing = (id: string) =>
      sources.find(({ source }) => source === id)!.missing.map((one) => `${one.permission} for ${one.for}`)
    expect(Object.fromEntries(SOURCES.map((id) => [id, missing(id)]))).toEqual({
      hubspot: ['crm.objects.deals.read for deals', 'sales-email-read for emails'],
      ga4: [],
      'adobe-analytics': ['metrics/visitors for visits'],
      facebook: ['read_insights for activity, followers, posts'],
      instagram: ['instagram_manage_insights for activity, media', 'instagram_manage_comments for comments'],
      x: ['tweet.read for posts and mentions'],
      linkedin: ['role ADMINISTRATOR of the page for every stream'],
      youtube: ['yt-analytics.readonly for channel'],
      csv: [],
    })
    expect(sources.filter(({ status }) => status === 'ok').map(({ source }) => source)).toEqual(['csv'])
    expect(text!.code).toBe(1)
    expect(text!.stdout).toContain('8 of 9 sources need a person')
    expect(text!.stdout).toContain(
      'give the account tidemark@sandbox.iam.gserviceaccount.com the role Viewer on property 123',
    )
    expect(text!.stdout).toContain('→ sales-email-read is missing, needed for emails: add the scope')
    expect(text!.stdout).toContain('it has ANALYST')
  })
})
