/** A request for a search. */
export interface SearchBody {
  filterGroups?: { filters: Filter[] }[]
  sorts?: (string | { propertyName: string; direction?: string })[]
  properties?: string[]
  limit?: number
  /** An offset, as text. */
  after?: string
}

export interface Filter {
  propertyName: string
  operator: string
  value?: string
  highValue?: string
}

/** A property's value; a number where it is a time in epoch milliseconds. */
export type Value = string | number | null

/** The operators of the guide "Search the CRM" that compare one value; BETWEEN includes both ends. */
export const operators: Record<string, (value: Value, filter: Filter) => boolean> = {
  EQ: (value, { value: given }) => value !== null && compare(value, given) === 0,
  NEQ: (value, { value: given }) => value === null || compare(value, given) !== 0,
  LT: (value, { value: given }) => value !== null && compare(value, given) < 0,
  LTE: (value, { value: given }) => value !== null && compare(value, given) <= 0,
  GT: (value, { value: given }) => value !== null && compare(value, given) > 0,
  GTE: (value, { value: given }) => value !== null && compare(value, given) >= 0,
  BETWEEN: (value, { value: low, highValue }) =>
    value !== null && compare(value, low) >= 0 && compare(value, highValue) <= 0,
  HAS_PROPERTY: (value) => value !== null,
  NOT_HAS_PROPERTY: (value) => value === null,
}

/** Numbers and dates compare as such; a date filter is given in epoch milliseconds. */
export function compare(a: Value | undefined, b: Value | undefined): number {
  const [left, right] = [comparable(a), comparable(b)]
  if (left === right) return 0
  return left < right ? -1 : 1
}

function comparable(value: Value | undefined): number | string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return value
  if (/^-?\d+(\.\d+)?$/.test(value)) return Number(value)
  return /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : value.toLowerCase()
}
