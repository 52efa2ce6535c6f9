import { describe, expect, onTestFinished, test } from 'vitest'
import { graphUsage } from '../../functions/kit/graph-usage.ts'
import { openHttp } from '../../functions/kit/http.ts'
import type { Source } from '../../functions/kit/source.ts'
import { facebook } from '../../functions/sources/facebook.ts'
import { instagram } from '../../functions/sources/instagram.ts'
import type { SandboxAnswer } from '../../sandbox/messages.ts'
import { ACCOUNT, type Answer, NOW, ofPage, PAGE, playing, refusal, TOKEN } from './graph-answering.ts'

describe('refusals', () => {
  const read = (answer: SandboxAnswer) => ofPage('posts', () => answer)

  test.each([
    // Without a code, or with one as text.
    [undefined, 'Error validating access token.', 'credentials', "secret 'token'"],
    ['190', 'Error validating access token', 'credentials', "secret 'token'"],
    [104, 'An access token is required to request this resource.', 'credentials', "secret 'token'"],
    [2500, 'An active access token must be used to query information', 'credentials', "secret 'token'"],
    [2500, 'Unknown path components: /impressions/day', 'changed', "option 'version'"],
    [803, '(#803) Some of the aliases you requested do not exist: 999', 'credentials', 'correct the id of the Page'],
    [21, '(#21) Page ID 1 was migrated to page ID 2', 'invalid', 'correct it'],
    [5, "(#5) This IP can't make requests for that application.", 'credentials', 'Server IP allowlist'],
    [200, '(#200) Requires business_management permission', 'credentials', "'tidemark doctor' lists"],
  ])('error %s (%s) is %s', async (code, message, expected, what) => {
    await expect(read(refusal(code, message))).rejects.toMatchObject({
      code: expected,
      message: expect.stringContaining(what),
    })
  })

  test.each([400, 401])(
    'a token that did not arrive, said with status %i, is not sent in the address instead',
    async (status) => {
      const queries: string[] = []
      const missing = refusal(104, 'An access token is required to request this resource.', {}, status)
      const reading = ofPage('posts', ({ query }) => {
        queries.push(query.toString())
        return missing
      })
      await expect(reading).rejects.toMatchObject({ code: 'credentials' })
      expect(queries.filter((query) => query.includes(TOKEN))).toEqual([])
    },
  )

  test('an object that is not shown is for the operator: which of the reasons it is, Meta does not say', async () => {
    const said =
      "Unsupported get request. Object with ID '9' does not exist, cannot be loaded due to missing permissions"
    await expect(read(refusal(100, said, { error_subcode: 33 }))).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringContaining("or give the token's owner access to it"),
    })
  })

  test('what is said to people is told where the message says little', async () => {
    const more = { error_subcode: 1, error_user_title: 'Cannot be shown', error_user_msg: 'Not now' }
    await expect(read(refusal(100, 'Invalid parameter', more))).rejects.toThrow('Invalid parameter (Cannot be shown)')
  })

  test.each([
    [{ 'x-business-use-case-usage': '{"1":[{"type":"pages","estimated_time_to_regain_access":19}]}' }, 1_140],
    [{ 'x-business-use-case': '{"1":[{"type":"pages","estimated_time_to_regain_access":"3"}]}' }, 180],
    [{ 'retry-after': '600', 'x-app-usage': '{"call_count":100}' }, 600],
    [{ 'x-app-usage': '{"call_count":100}' }, 900],
    [{}, 900],
  ])('a limit waits as the headers say: %j', async (headers, retryAfter) => {
    const answer = { ...refusal(80_001, '(#80001) There have been too many calls to this Page account.'), headers }
    await expect(read(answer)).rejects.toMatchObject({ code: 'limited', retryAfter })
  })

  test.each([
    [{ 'x-app-usage': '{"call_count":28,"total_time":25,"total_cputime":null}' }, 28],
    [{ 'x-page-usage': '{"call_count":"31","total_time":25}' }, 31],
    [{ 'x-business-use-case': '{"1":[{"call_count":95}],"2":[{"call_count":97,"total_time":"busy"}]}' }, 97],
    [{ 'x-business-use-case-usage': '{}' }, undefined],
    [{ 'x-ad-account-usage': '{"acc_id_util_pct":9.67}' }, undefined],
  ])('usage in any spelling: %j', (headers, used) => {
    expect(graphUsage(headers as Record<string, string>)?.used).toBe(used)
  })
})

describe('what doctor is told', () => {
  async function probe({ definition, options }: Source) {
    const secret = async () => TOKEN
    const env = {
      sleep: async () => {},
      session: { secret, keep: async () => {}, exclusively: <T>(work: () => T) => work() },
    }
    const http = openHttp(definition.api!({ options, secrets: { token: TOKEN } }), env as never)
    onTestFinished(() => http.close())
    const probing = { http, options, now: NOW, timezone: 'UTC', secret, scopes: () => undefined }
    return definition.probe!(probing as never)
  }
  const untold = refusal(100, '(#100) You must provide an app access token, or a developer')
  const answering =
    (special: Answer): Answer =>
    (call) => {
      if (call.id === 'debug_token') return special(call)
      return call.edge === 'node' ? { id: call.id, name: 'Acme', username: 'acme', access_token: TOKEN } : { data: [] }
    }

  test('an empty list of insights does not tell whether they may be read', async () => {
    const { baseUrl } = await playing(answering(() => untold))
    const { missing, details } = await probe(facebook({ page: PAGE, baseUrl }))
    expect(missing).toEqual([])
    expect(details!['cannot be checked']).toMatch(/^read_insights, pages_show_list/)
  })

  test('a token that is listed as no longer valid is to be renewed, whatever it was granted', async () => {
    const error = { code: 190, subcode: 463, message: 'Error validating access token: Session has expired' }
    const invalid = { data: { type: 'USER', is_valid: false, scopes: [], error } }
    const { baseUrl } = await playing(answering(() => invalid))
    const wanted = { code: 'credentials', message: expect.stringContaining('Session has expired; renew the token') }
    await expect(probe(facebook({ page: PAGE, baseUrl }))).rejects.toMatchObject(wanted)
    await expect(probe(instagram({ account: ACCOUNT, baseUrl }))).rejects.toMatchObject(wanted)
  })

  test('comments are asked for by comments, and tags only where they are wanted', async () => {
    const { baseUrl, requests } = await playing(answering(() => untold))
    // The server refreshes no tokens: it is used as it is.
    await probe(instagram({ account: ACCOUNT, baseUrl, login: 'instagram', comments: true }))
    expect(requests.some(({ path }) => path.endsWith('/tags'))).toBe(false)
    expect(requests.some(({ query }) => query.get('fields') === 'id,comments.limit(1){id}')).toBe(true)
  })
})
