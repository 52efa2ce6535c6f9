import { expect, test } from 'vitest'
import { noRepeat } from '../../functions/kit/cursor.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'

test('different cursors pass unchanged, and so does the end of the list', () => {
  const next = noRepeat()
  expect(['a', 'b', 1, 2, undefined, null, undefined, null].map((cursor) => next(cursor))).toEqual([
    'a',
    'b',
    1,
    2,
    undefined,
    null,
    undefined,
    null,
  ])
})

test('a cursor that comes back is a page loop, however long the loop', () => {
  const next = noRepeat()
  for (let i = 0; i < 10_000; i++) next(`cursor ${i}`)
  expect(() => next('cursor 0')).toThrow(
    new TidemarkError('changed', "the vendor repeats cursor 'cursor 0': page loop"),
  )
  expect(() => next('cursor 9999')).toThrow("the vendor repeats cursor 'cursor 9999': page loop")
})

test('memory is bounded: a cursor older than the last 100,000 is forgotten', () => {
  const next = noRepeat()
  for (let i = 0; i <= 100_000; i++) next(i)
  expect(next(0)).toBe(0)
  expect(() => next(100_000)).toThrow("'100000': page loop")
})

test('every guard has a memory of its own', () => {
  noRepeat()('a')
  expect(noRepeat()('a')).toBe('a')
})

test('the query string of a link is not shown', () => {
  const next = noRepeat()
  next('https://vendor.example/items?token=canary')
  expect(() => next('https://vendor.example/items?token=canary')).toThrow(
    /'https:\/\/vendor\.example\/items…': page loop$/,
  )
})
