// Made from /v1/openapi.json by test/dashboard/client.test.ts (with -u); not to be edited.
// biome-ignore-all format: made by a program

const operations = {
  getHealth: ['GET', '/v1/health', [], []],
  listMetrics: ['GET', '/v1/metrics', ['group', 'limit', 'cursor'], []],
  getMetric: ['GET', '/v1/metrics/{id}', ['version'], []],
  getValue: ['GET', '/v1/metrics/{id}/value', ['date', 'window', 'segment', 'as_of'], []],
  getSeries: ['GET', '/v1/metrics/{id}/series', ['from', 'to', 'window', 'compare', 'granularity', 'segment_by'], []],
  explainChange: ['GET', '/v1/metrics/{id}/explain', ['date', 'against', 'window', 'by', 'as_of'], []],
  getSnapshot: ['GET', '/v1/snapshots/{date}', ['metrics', 'segment', 'as_of'], []],
  listRevisions: ['GET', '/v1/snapshots/{date}/revisions', [], []],
  getCohorts: ['GET', '/v1/cohorts', ['period', 'from', 'to'], []],
  addAnnotation: ['POST', '/v1/annotations', [], ['idempotency-key']],
  listAnnotations: ['GET', '/v1/annotations', ['from', 'to', 'tag', 'limit', 'cursor'], []],
  deleteAnnotation: ['DELETE', '/v1/annotations/{id}', [], []],
  getEffect: ['GET', '/v1/annotations/{id}/effect', ['metric', 'window'], []],
  listAnomalies: ['GET', '/v1/anomalies', ['date'], []],
  listSources: ['GET', '/v1/sources', [], []],
  getSource: ['GET', '/v1/sources/{id}', [], []],
  getOpenApi: ['GET', '/v1/openapi.json', [], []],
}

/** What the API refused, or why it could not be reached. */
export class Refusal extends Error {
  constructor(status, message, problem) {
    super(message)
    this.status = status
    this.problem = problem
  }
}

/** A client of the API. It keeps no key: `key` is asked for each time. */
export function createClient({ baseUrl, key, fetch = (...given) => globalThis.fetch(...given) }) {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [name, (given) => ask(operation, given ?? {})]),
  )

  async function ask([method, path, query, headers], given) {
    const url = new URL(path.slice(1).replace(/{(\w+)}/g, (_, name) => encodeURIComponent(given[name])), baseUrl)
    for (const name of query) if (given[name] !== undefined) url.searchParams.set(name, given[name])
    const sent = new Headers({ Authorization: `Bearer ${key()}` })
    for (const name of headers) if (given[name] !== undefined) sent.set(name, given[name])
    if (given.body !== undefined) sent.set('Content-Type', 'application/json')
    let answer
    try {
      answer = await fetch(url, { method, headers: sent, body: given.body && JSON.stringify(given.body) })
    } catch {
      throw new Refusal(0, 'the server cannot be reached; is it still running?', null)
    }
    const body = await answer.json().catch(() => null)
    if (answer.ok && body !== null) return body
    throw new Refusal(answer.status, body?.detail ?? body?.title ?? `the server said ${answer.status}`, body)
  }
}
