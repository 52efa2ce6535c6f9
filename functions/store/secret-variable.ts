import { invalid } from '../kit/errors.ts'

/**
 * `TIDEMARK_<SOURCE ID>_<NAME>`: `('my-shop', 'apiKey')` is `TIDEMARK_MY_SHOP_API_KEY`.
 * @throws `invalid` for a name that cannot be part of one
 */
export function secretVariable(source: string, name: string): string {
  for (const word of [source, name]) {
    if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(word)) {
      throw invalid(`'${word.slice(0, 40)}' cannot name a secret; expected letters, digits, - and _`)
    }
  }
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
  return `TIDEMARK_${source}_${words}`.replaceAll('-', '_').toUpperCase()
}
