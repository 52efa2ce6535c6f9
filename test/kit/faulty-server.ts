import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

/** Answers one request, or fails to. */
export type Reply = (response: ServerResponse, request: Seen) => void

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Differs between connections. */
  readonly port: number
}

export interface FaultyServer {
  /** Ends with a slash. */
  readonly url: string
  readonly host: string
  readonly seen: Seen[]
  /** Queues replies; the last one is repeated for ever. */
  reply(...replies: Reply[]): void
  close(): Promise<void>
}

/** A real server on the loopback that misbehaves as told. */
export async function openFaultyServer(): Promise<FaultyServer> {
  let queue: Reply[] = []
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const one: Seen = {
      method: request.method!,
      url: request.url!,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
      port: request.socket.remotePort!,
    }
    seen.push(one)
    const reply = queue.length > 1 ? queue.shift()! : queue[0]!
    reply(response, one)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}/`,
    host,
    seen,
    reply: (...replies) => {
      queue = replies
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A whole answer. */
export function answer(status: number, body: string | Uint8Array = '', headers: Record<string, string> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body)
  }
}

export const json = (body: unknown, headers?: Record<string, string>): Reply =>
  answer(200, JSON.stringify(body), headers)

export const html = (status: number): Reply =>
  answer(status, '<!DOCTYPE html><html><body>Bad gateway</body></html>', { 'content-type': 'text/html' })

/** No answer at all. */
export const silence: Reply = () => {}

/** The first byte, and then no more. */
export const stalled: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write('{')
}

/** The connection ends after `share` of the body. */
export function cut(body: string, share: number, framing: 'length' | 'chunked' | 'close'): Reply {
  return (response) => {
    const part = body.slice(0, Math.floor(body.length * share))
    if (framing === 'close') {
      response.socket!.end(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n${part}`)
      return
    }
    const length = framing === 'length' ? { 'content-length': String(body.length) } : {}
    response.writeHead(200, { 'content-type': 'application/json', ...length })
    response.write(part, () => response.socket!.destroy())
  }
}

/** The connection is reset in place of an answer. */
export const reset: Reply = (response) => {
  response.socket!.resetAndDestroy()
}

/** A gzip body that is cut, in an answer that is whole otherwise. */
export function cutGzip(body: string, share: number): Reply {
  const whole = gzipSync(body)
  return answer(200, whole.subarray(0, Math.floor(whole.length * share)), { 'content-encoding': 'gzip' })
}
