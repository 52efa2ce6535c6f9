import { invalid } from '../functions/kit/errors.ts'

/** @throws `invalid` unless `text` is a whole number within the bounds */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(number >= least && number <= most)) {
    throw invalid(`${flag} is '${text.slice(0, 40)}'; expected a whole number from ${least} to ${most}`)
  }
  return number
}
