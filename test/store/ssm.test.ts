import { afterAll, beforeAll, expect, it } from 'vitest'
import { optionalSecrets } from '../../functions/ingest/secrets-of.ts'
import type { Source } from '../../functions/kit/source.ts'
import { openSsm } from '../../functions/store/ssm.ts'
import { type FakeSsm, fakeSsm } from './fake-ssm.ts'
import { secretsConformance } from './secrets-conformance.ts'

let ssm: FakeSsm
beforeAll(async () => {
  ssm = await fakeSsm()
  ssm.parameters.set('/tidemark/test/my-shop/apiKey', 'first')
})
afterAll(() => ssm.close())

const open = (stage = 'other') => openSsm({ stage, client: ssm.client })

secretsConformance('ssm', async () => open('test'))

it('names the command that sets a secret which is missing', async () => {
  await expect(open().get('hubspot', 'token')).rejects.toMatchObject({
    code: 'credentials',
    message: expect.stringContaining(
      'aws ssm put-parameter --name /tidemark/other/hubspot/token --type SecureString --overwrite --value "$(cat)"',
    ),
  })
})

it('keeps stages apart, and everything encrypted', async () => {
  await open('one').put('hubspot', 'token', 'a')
  await open('two').put('hubspot', 'token', 'b')
  expect(await open('one').get('hubspot', 'token')).toBe('a')
  await open('one').pepper()
  const written = ssm.requests.filter(({ operation }) => operation === 'PutParameter')
  expect(new Set(written.map(({ Type }) => Type))).toEqual(new Set(['SecureString']))
  expect(await open('two').pepper()).not.toBe(await open('one').pepper())
})

it('never writes over a pepper, not even a damaged one', async () => {
  ssm.parameters.set('/tidemark/damaged/pepper', 'short')
  await expect(open('damaged').pepper()).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringMatching(/has 5 characters .*restore/),
  })
  expect(ssm.parameters.get('/tidemark/damaged/pepper')).toBe('short')
})

it('tells a refusal from an absence, so that an optional secret is not passed over because of a policy', async () => {
  const source = { id: 'page', definition: { optionalSecrets: ['appSecret'] } } as unknown as Source
  expect(await optionalSecrets({ secrets: open() }, source)).toEqual({})
  ssm.refused.set('/tidemark/other/page/appSecret', 'AccessDeniedException')
  await expect(optionalSecrets({ secrets: open() }, source)).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringMatching(/\/tidemark\/other\/page\/appSecret.*deploy again/),
  })
})

it.each([
  ['ThrottlingException', 'limited'],
  ['TooManyUpdates', 'limited'],
  ['InternalServerError', 'unavailable'],
  ['ExpiredTokenException', 'credentials'],
])('%s is %s, and quotes no secret', async (name, code) => {
  ssm.refused.set('/tidemark/other/faults/token', name)
  const writing = open().put('faults', 'token', 'a secret value')
  await expect(writing).rejects.toMatchObject({ code })
  await expect(writing).rejects.not.toMatchObject({ message: expect.stringContaining('a secret value') })
})
