import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { TidemarkError } from '../../functions/kit/errors.ts'
import { type Api, type HttpEnv, openHttp } from '../../functions/kit/http.ts'
import { type FaultyServer, openFaultyServer, type Reply, type Seen } from './faulty-server.ts'

/** Says how the server of this test file answers. */
export let reply: (...replies: Reply[]) => void
/** Host and port of the server, and its address with a slash at the end. */
export let host: string
export let url: string
/** Requests that arrived, in this test. */
export let seen: readonly Seen[]
/** Milliseconds that the client wanted to sleep, in this test. */
export let sleeps: number[]

let server: FaultyServer
const open: { close(): void }[] = []

beforeAll(async () => {
  server = await openFaultyServer()
  ;({ reply, host, url, seen } = server)
})
beforeEach(() => {
  sleeps = []
  server.seen.length = 0
})
afterEach(() => {
  for (const http of open.splice(0)) http.close()
})
afterAll(() => server.close())

/** A client of the server, closed after the test, whose sleep only notes how long it was to be. */
export function client(api: Partial<Api> = {}, env: HttpEnv = {}) {
  const http = openHttp(
    { baseUrl: `${url}api/`, perSecond: 1_000, ...api },
    { sleep: async (ms) => void sleeps.push(ms), random: () => 0.5, clock: () => 0, ...env },
  )
  open.push(http)
  return http
}

/** What `run` throws. */
export async function failure(run: Promise<unknown>): Promise<TidemarkError> {
  const error = await run.then(
    () => expect.unreachable('it did not fail'),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(TidemarkError)
  return error as TidemarkError
}
