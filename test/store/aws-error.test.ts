import { expect, it } from 'vitest'
import { TidemarkError } from '../../functions/kit/errors.ts'
import { awsError } from '../../functions/store/aws-error.ts'

const sdkError = (name: string, httpStatusCode?: number, more: object = {}) =>
  Object.assign(new Error(`message of ${name}`), { name, $metadata: { httpStatusCode }, ...more })

it.each([
  ['limited', sdkError('ThrottlingException', 400)],
  ['limited', sdkError('ProvisionedThroughputExceededException', 400)],
  ['limited', sdkError('RequestLimitExceeded', 400)],
  ['limited', sdkError('SlowDown', 503)],
  ['limited', sdkError('Unknown', 429)],
  ['credentials', sdkError('ExpiredTokenException', 400)],
  ['credentials', sdkError('ExpiredToken', 400)],
  ['credentials', sdkError('UnrecognizedClientException', 400)],
  ['credentials', sdkError('AccessDeniedException', 400)],
  ['credentials', sdkError('AccessDenied', 403)],
  ['credentials', sdkError('InvalidSignatureException', 400)],
  ['credentials', sdkError('SignatureDoesNotMatch', 403)],
  ['credentials', sdkError('InvalidAccessKeyId', 403)],
  ['credentials', sdkError('Forbidden', 403)],
  ['credentials', sdkError('CredentialsProviderError')],
  ['invalid', sdkError('NoSuchBucket', 404)],
  ['invalid', sdkError('ResourceNotFoundException', 400)],
  ['invalid', sdkError('ValidationException', 400)],
  ['unavailable', sdkError('InternalServerError', 500)],
  ['unavailable', sdkError('ServiceUnavailable', 503)],
  ['unavailable', sdkError('TimeoutError')],
  ['unavailable', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  ['unavailable', Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })],
  ['invalid', new Error('Region is missing')],
])('%s: %s', (code, cause) => {
  const error = awsError(cause, "table 'some'") as TidemarkError
  expect(error).toBeInstanceOf(TidemarkError)
  expect(error).toMatchObject({ code, cause, message: expect.stringContaining("table 'some'") })
})

it('leaves alone what is no error of the SDK', () => {
  for (const cause of [new TypeError('x is not a function'), new TidemarkError('invalid', 'x'), 'text']) {
    expect(awsError(cause, 'table')).toBe(cause)
  }
})
