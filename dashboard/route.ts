export const pages = ['today', 'metric', 'score', 'cohorts', 'sources'] as const

/** What is looked at, as the fragment of the address tells it: a link reproduces the view. */
export interface Route {
  readonly page: (typeof pages)[number]
  /** Of a metric. */
  readonly id?: string
  readonly query: Readonly<Record<string, string>>
}

/** Reads `#/metric/nps?window=7d`; what is no page of ours is the first one. */
export function readRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?')
  const [name, id] = path.split('/').map(decoded)
  const page = pages.find((one) => one === name) ?? 'today'
  const query = Object.fromEntries(new URLSearchParams(search))
  if (page !== 'metric') return { page, query }
  return id ? { page, id, query } : { page: 'today', query: {} }
}

/** The fragment for a route. Empty parameters are left out. */
export function hashOf({ page, id, query = {} }: Partial<Route> & Pick<Route, 'page'>): string {
  const given = Object.entries(query).filter(([, value]) => value !== '')
  const search = new URLSearchParams(given).toString()
  const path = [page, ...(id === undefined ? [] : [encodeURIComponent(id)])].join('/')
  return `#/${path === 'today' ? '' : path}${search && `?${search}`}`
}

/** A path may be typed by hand. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
