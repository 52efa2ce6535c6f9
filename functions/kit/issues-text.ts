import type * as z from 'zod'

/**
 * What is wrong with an input, in one line: every field, the value got and what was expected. For inputs that hold no
 * secrets and no people, such as configs.
 */
export function issuesText({ issues }: z.ZodError, input: unknown): string {
  return issues
    .map((issue) => {
      if (issue.code === 'unrecognized_keys') {
        const names = issue.keys.map((key) => `'${[...issue.path, key].join('.')}'`)
        return `${names.join(' and ')} ${names.length === 1 ? 'is no known field' : 'are no known fields'}`
      }
      const value = issue.path.reduce<unknown>(
        (of, key) => (of as Record<PropertyKey, unknown> | undefined)?.[key],
        input,
      )
      const expected = issue.code === 'invalid_type' ? `expected ${issue.expected}` : issue.message
      return `${issue.path.join('.') || 'it'} is ${valueText(value)}; ${expected.replace(/^Invalid input: /, '')}`
    })
    .join('; ')
}

function valueText(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'string') return `'${value.slice(0, 40)}'`
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
