import { invalid } from '../kit/errors.ts'

const ALLOWED = /^[A-Za-z0-9._=/-]*$/

/** Longest key that S3 takes, and longest name that file systems take, in bytes. */
const MAX_KEY = 1024
const MAX_NAME = 255

/** Whether `key` can name an object in every lake: see `Lake`. */
export function isLakeKey(key: string): boolean {
  return key.length <= MAX_KEY && ALLOWED.test(key) && !key.includes('..') && key.split('/').every(isName)
}

/** @throws `invalid` unless `key` can name an object in every lake. */
export function lakeKey(key: string): string {
  if (isLakeKey(key)) return key
  throw invalid(
    `'${key.slice(0, 120)}' is no lake key; expected at most ${MAX_KEY} of A-Z a-z 0-9 . _ = - in names parted by /, ` +
      "none of them empty, longer than 255, '.' or with '..'",
  )
}

/** @throws `invalid` unless keys can begin with `prefix`. The empty prefix stands for every key. */
export function lakePrefix(prefix: string): string {
  const whole = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  if (!ALLOWED.test(prefix) || prefix.includes('..') || (whole && !whole.slice(0, -1).split('/').every(isName))) {
    throw invalid(`no lake key can begin with '${prefix.slice(0, 120)}'; expected the beginning of one, or nothing`)
  }
  return prefix
}

const isName = (name: string) => name !== '' && name !== '.' && name.length <= MAX_NAME
