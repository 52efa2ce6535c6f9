import { expect, test } from 'vitest'
import { type ErrorCode, invalid, TidemarkError } from '../../functions/kit/errors.ts'

test.each<ErrorCode>(['credentials', 'limited', 'unavailable', 'changed', 'invalid'])(
  "%s is the error's name, which a workflow matches",
  (code) => {
    const error = new TidemarkError(code, 'what is wrong')
    expect(error).toBeInstanceOf(Error)
    expect([error.name, error.code, error.message]).toEqual([code, code, 'what is wrong'])
    expect(String(error)).toBe(`${code}: what is wrong`)
  },
)

test('cause and wait are kept where given, and absent otherwise', () => {
  const cause = new Error('below')
  expect(new TidemarkError('limited', 'slow down', { cause, retryAfter: 30 })).toMatchObject({ cause, retryAfter: 30 })
  const bare = new TidemarkError('limited', 'slow down')
  expect(bare.retryAfter).toBeUndefined()
  expect('cause' in bare).toBe(false)
})

test('invalid is short for the commonest', () => {
  const cause = new Error('below')
  expect(invalid('no', cause)).toMatchObject({ code: 'invalid', message: 'no', cause })
  expect('cause' in invalid('no')).toBe(false)
})
