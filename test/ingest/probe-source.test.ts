import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import * as z from 'zod'
import { localFiles } from '../../functions/ingest/local-files.ts'
import { probeSource } from '../../functions/ingest/probe-source.ts'
import { defineConfig } from '../../functions/kit/config.ts'
import { defineSource } from '../../functions/kit/define-source.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'
import type { Probed, Source } from '../../functions/kit/source.ts'
import { adobeAnalytics } from '../../functions/sources/adobe-analytics.ts'
import { csv } from '../../functions/sources/csv.ts'
import { facebook } from '../../functions/sources/facebook.ts'
import { ga4 } from '../../functions/sources/ga4.ts'
import { instagram } from '../../functions/sources/instagram.ts'
import { linkedin } from '../../functions/sources/linkedin.ts'
import { x } from '../../functions/sources/x.ts'
import { youtube } from '../../functions/sources/youtube.ts'
import { NOW, playEveryVendor, type Special } from '../cli/every-vendor.ts'
import { emptyStream } from '../kit/sources.ts'
import { memoryTable } from '../store/memory-table.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-probe-'))

/** Probes with these secrets, by `TIDEMARK_…`; one that is rotated is replaced in them. */
const probe = async (source: Source, secrets: Record<string, string> = {}, timezone = 'Europe/Berlin') =>
  (await probeAtOnce(1, source, secrets, timezone))[0]!

/** The same, several times at once. */
function probeAtOnce(times: number, source: Source, secrets: Record<string, string>, timezone = 'Europe/Berlin') {
  const variable = (id: string, name: string) =>
    `TIDEMARK_${id}_${name.replace(/([a-z])([A-Z])/g, '$1_$2')}`.replaceAll('-', '_').toUpperCase()
  const store = {
    table: memoryTable(Date.now),
    secrets: {
      get: async (id: string, name: string) => {
        const found = secrets[variable(id, name)]
        if (found === undefined) throw new TidemarkError('credentials', `set ${variable(id, name)} in .env`)
        return found
      },
      put: async (id: string, name: string, value: string) => {
        secrets[variable(id, name)] = value
      },
      pepper: async () => '',
    },
  }
  const config = defineConfig({
    timezone,
    currency: 'EUR',
    sources: [source],
    customers: [{ from: '2020-01-01', count: 1 }],
  })
  const deps = { store, config, now: () => NOW, files: () => localFiles(folder) }
  return Promise.all(
    Array.from({ length: times }, (_, i) => probeSource({ ...deps, holder: `local:test:${i}` }, source)),
  )
}

async function play(special: Special) {
  const vendors = await playEveryVendor(special)
  onTestFinished(() => vendors.close())
  const source = (name: keyof typeof make, more: object = {}) =>
    make[name]({ ...vendors.options[name], ...more } as never) as Source
  const ask = (name: keyof typeof make, more: object = {}, timezone?: string) =>
    probe(source(name, more), vendors.secrets, timezone)
  return { ...vendors, ask }
}
const make = { 'adobe-analytics': adobeAnalytics, facebook, ga4, instagram, linkedin, x, youtube }

describe('what is wrong is told by its name', () => {
  const KEY = 'TIDEMARK_GA4_CREDENTIALS'
  test('ga4: an API that is not enabled, with where to', async () => {
    const { error } = await (await play({ ga4: { enabled: false } })).ask('ga4')
    expect(error).toMatchObject({ code: 'credentials' })
    expect(error!.message).toMatch(
      /enable the API .*: https:\/\/console\.developers\.google\.com\/apis\/api\/analyticsdata/,
    )
  })

  test('ga4: another zone, a consent without the scope, a key file that is none', async () => {
    const vendors = await play({ ga4: { granted: ['https://www.googleapis.com/auth/youtube'] } })
    expect((await vendors.ask('ga4', {}, 'UTC')).error).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining("set zone: 'Europe/Berlin'"),
    })
    const { clientId: client_id, clientSecret: client_secret, refreshToken: refresh_token } = vendors.ga4.tokens.consent
    vendors.secrets[KEY] = JSON.stringify({ type: 'authorized_user', client_id, client_secret, refresh_token })
    expect((await vendors.ask('ga4')).error!.message).toMatch(/authorise again: .* the scope analytics\.readonly/)
    const echo = { error: 'invalid_grant', error_description: `Bad ${refresh_token} of ${client_secret}` }
    vendors.ga4.tokens.break({ status: 400, body: echo })
    expect((await vendors.ask('ga4')).error!.message).toContain('invalid_grant (Bad *** of ***)')
    vendors.secrets[KEY] = '{"private_key": canary'
    expect((await vendors.ask('ga4')).error).toMatchObject({
      code: 'credentials',
      message: expect.stringContaining("secret 'credentials' is no JSON"),
    })
  })

  test('adobe: another company, suite and zone', async () => {
    const vendors = await play({})
    expect((await vendors.ask('adobe-analytics', { company: 'other0' })).error).toMatchObject({
      code: 'invalid',
      message: "the credential belongs to tidema0 'Sandbox Company', not to company other0; correct option company",
    })
    expect((await vendors.ask('adobe-analytics', { rsid: 'other' })).error).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('finds no report suite other'),
    })
    expect((await vendors.ask('adobe-analytics', { zone: 'UTC' })).error!.message).toContain("set zone: 'US/Pacific'")
  })

  test('adobe: a suite that the technical account may not see', async () => {
    const vendors = await play({ adobe: { allowed: false } })
    expect((await vendors.ask('adobe-analytics')).error).toMatchObject({
      code: 'credentials',
      message: expect.stringContaining('product profile with report suite prod'),
    })
  })

  test('facebook: no role on the Page, permissions of another Page, another Page', async () => {
    const vendors = await play({
      facebook: { strangerTokens: ['EAAstranger001'], targets: ['9'], tokensEnd: 1_800_000_000 },
    })
    const { missing, details } = await vendors.ask('facebook')
    expect(missing.map(({ permission }) => permission)).toEqual([
      ...['read_insights', 'pages_read_engagement', 'pages_show_list', 'pages_read_user_content', 'pages_messaging'],
    ])
    expect(details['token until']).toBe('2027-01-15T08:00:00.000Z')
    expect((await vendors.ask('facebook', { page: '77' })).error!.message).toContain(
      "Object with ID '77' does not exist",
    )
    vendors.secrets.TIDEMARK_FACEBOOK_TOKEN = 'EAAstranger001'
    const role = { permission: expect.stringContaining('ANALYZE') }
    expect((await vendors.ask('facebook')).missing[0]).toMatchObject(role)
    const untold = await play({ facebook: { strangerTokens: ['EAAstranger001'], develops: false } })
    untold.secrets.TIDEMARK_FACEBOOK_TOKEN = 'EAAstranger001'
    expect((await untold.ask('facebook')).missing).toMatchObject([role])
  })

  test('facebook: where Meta does not list the permissions, each is asked for', async () => {
    const missing = { insights: 'read_insights', conversations: 'pages_messaging' }
    const vendors = await play({ facebook: { develops: false, missing } })
    const health = await vendors.ask('facebook')
    expect(health).toMatchObject({
      status: 'failed',
      missing: [{ permission: 'read_insights' }, { permission: 'pages_messaging', for: 'messages' }],
      details: { 'cannot be checked': 'pages_show_list' },
    })
    expect((await vendors.ask('facebook', { messages: false })).missing).toHaveLength(1)
  })

  test('facebook: an app that wants its secret proven', async () => {
    const vendors = await play({ facebook: { appSecret: 'app-canary-0001', requiresProof: true } })
    expect((await vendors.ask('facebook')).error!.message).toContain('_APP_SECRET')
    vendors.secrets.TIDEMARK_FACEBOOK_APP_SECRET = 'app-canary-0001'
    expect(await vendors.ask('facebook')).toMatchObject({ status: 'ok', missing: [] })
    vendors.secrets.TIDEMARK_FACEBOOK_APP_SECRET = 'app-canary-0002'
    expect((await vendors.ask('facebook')).error).toMatchObject({ code: 'credentials' })
  })

  test('facebook and instagram: a version that has ended', async () => {
    const vendors = await play({})
    for (const name of ['facebook', 'instagram'] as const) {
      const { version } = (await vendors.ask(name, { version: 19 })).details
      expect(version).toBe("Meta answers as v22.0 where v19.0 was asked for; set option 'version' to a living one")
    }
  })

  test('instagram: its own login, whose token is refreshed and kept', async () => {
    const vendors = await play({
      instagram: { tokenMadeAt: '2026-11-01T00:00:00Z', missing: { tags: 'instagram_business_manage_comments' } },
    })
    const own = { login: 'instagram', mentions: true }
    expect(await vendors.ask('instagram', own)).toMatchObject({
      account: '@shop (2002)',
      missing: [{ permission: 'instagram_business_manage_comments', for: 'comments, mentions' }],
      details: { 'token until': '2027-01-19T12:00:00.000Z' },
    })
    expect(vendors.secrets.TIDEMARK_INSTAGRAM_TOKEN).toBe(vendors.instagram.token())
    expect(vendors.instagram.requests.some(({ path }) => path.includes('debug_token'))).toBe(false)
  })

  test('linkedin: a consent without the permission, no role, a dead version', async () => {
    const other = await play({ linkedin: { scope: 'r_basicprofile,w_member_social' } })
    expect(await other.ask('linkedin')).toMatchObject({
      missing: [{ permission: 'rw_organization_admin' }],
      error: null,
    })
    const none = await play({ linkedin: { role: 'none' } })
    expect((await none.ask('linkedin')).missing).toMatchObject([
      { permission: 'role ADMINISTRATOR of the page', grant: expect.stringContaining('it has none') },
    ])
    expect((await none.ask('linkedin', { version: '202511' })).error).toMatchObject({
      code: 'changed',
      message: expect.stringContaining('version 202511'),
    })
  })

  test('youtube: the consent of another channel, and too small a one', async () => {
    const vendors = await play({
      youtube: { consenter: 'UCother', granted: ['yt-analytics.readonly', 'youtube.readonly'] },
    })
    expect((await vendors.ask('youtube')).error).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining("the consent is that of UCother 'The Channel'"),
    })
    const alone = await play({ youtube: { granted: ['yt-analytics.readonly', 'youtube'] } })
    expect((await alone.ask('youtube', { comments: true })).missing).toMatchObject([
      { permission: 'youtube.force-ssl' },
    ])
  })

  test('x: an account that is none, a consent that shows no clicks, no credit', async () => {
    const vendors = await play({ x: { consenter: '5' } })
    expect((await vendors.ask('x')).status).toBe('ok')
    expect((await vendors.ask('x', { account: '9' })).error).toMatchObject({ code: 'invalid' })
    expect((await vendors.ask('x', { clicks: true })).missing).toMatchObject([
      { for: 'clicks', grant: expect.stringContaining('the consent is that of @name (5)') },
    ])
    vendors.x.block('credits')
    expect((await vendors.ask('x')).error).toMatchObject({
      code: 'credentials',
      message: expect.stringContaining('buy credits'),
    })
  })

  test('x: whoever probes at the same time waits for the refresh token, which serves once', async () => {
    const vendors = await play({})
    const source = x(vendors.options.x as never) as Source
    const found = await probeAtOnce(2, source, vendors.secrets)
    expect(found.map(({ status }) => status)).toEqual(['ok', 'ok'])
    expect(vendors.secrets.TIDEMARK_X_REFRESH_TOKEN).toBe(vendors.x.tokens.newest())
  })

  test('csv: a file that cannot be read as one', async () => {
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = (name: string) => csv({ file: name, zone: 'UTC', map: () => null }) as Source
    writeFileSync(join(folder, 'semicolons.csv'), 'at;who\n1;2\n')
    writeFileSync(join(folder, 'large.csv.gz'), gzipSync(`at,who\n${'2026-11-18,ann\n'.repeat(200_000)}`))
    expect((await probe(file('semicolons.csv'))).error!.message).toContain('expected commas')
    expect(await probe(file('large.*'))).toMatchObject({ status: 'ok', details: { 'large.csv.gz': 'columns at, who' } })
  })
})

describe('a source of your own', () => {
  const own = (probing?: () => Promise<Probed>) =>
    defineSource({
      ...{ name: 'acme', docs: 'https://acme.example', options: z.strictObject({}), secrets: ['apiKey'] },
      streams: () => ({ items: emptyStream() }),
      ...(probing && { probe: probing }),
    })({}) as Source
  const secrets = { TIDEMARK_ACME_API_KEY: 'canary-key-0001' }

  test('without a probe is unchecked, and not well', async () => {
    expect(await probe(own(), secrets)).toMatchObject({ status: 'unchecked', account: null, error: null })
    expect(await probe(own())).toMatchObject({
      status: 'failed',
      error: { message: 'set TIDEMARK_ACME_API_KEY in .env' },
    })
  })

  test('never tells a secret, whatever its probe says or throws', async () => {
    const missing = [{ permission: 'canary-key-0001', for: 'x canary-key-0001', grant: 'y' }]
    const said = await probe(
      own(async () => ({ account: 'of canary-key-0001', details: { a: 'canary-key-0001' }, missing })),
      secrets,
    )
    const thrown = await probe(
      own(() => Promise.reject(new TypeError('canary-key-0001 is no function'))),
      secrets,
    )
    expect(JSON.stringify([said, thrown])).not.toContain('canary')
    expect(said).toMatchObject({ status: 'failed', account: 'of ***' })
    expect(thrown.error).toEqual({ code: 'unexpected', message: '*** is no function' })
  })
})
