import * as nodeHttp from 'node:http'
import * as nodeHttps from 'node:https'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import axios from 'axios'

/** A whole answer: `bytes` is the exact body after Content-Encoding is undone. */
export interface Received {
  readonly status: number
  /** Names in lower case; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
  /** False where the body's end is only the end of the connection, so that a cut body looks like a whole one. */
  readonly measured: boolean
}

/** No answer, or not a whole one. */
export interface Fault {
  /** What happened, in words that hold nothing of the request. */
  readonly fault: string
  /** Whether the same request may do better later. */
  readonly passing: boolean
}

/** One request over the network, without retries. */
export interface Wire {
  send(request: {
    method: 'GET' | 'POST'
    url: URL
    headers: Readonly<Record<string, string>>
    body: Uint8Array | undefined
  }): Promise<Received | Fault>
  /** Ends idle connections. */
  close(): void
}

/** What is offered as Accept-Encoding, and the only encodings that are understood. */
const decoders: Record<string, (body: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>> = {
  gzip: promisify(zlib.gunzip),
  'x-gzip': promisify(zlib.gunzip),
  br: promisify(zlib.brotliDecompress),
}

/**
 * Opens keep-alive connections. Axios hands over the raw stream: its own decompression accepts a truncated gzip body
 * in silence, and its size cap is not told apart from other failures.
 *
 * @param limits milliseconds until connected, milliseconds for a whole request, and the longest body in bytes, decoded
 */
export function openWire(
  limits: { connect: number; timeout: number; maxBytes: number },
  signal: AbortSignal | undefined,
): Wire {
  const httpAgent = connectWithin(limits.connect, new nodeHttp.Agent({ keepAlive: true }), 'connect')
  const httpsAgent = connectWithin(limits.connect, new nodeHttps.Agent({ keepAlive: true }), 'secureConnect')
  const client = axios.create({
    adapter: 'http',
    httpAgent,
    httpsAgent,
    maxRedirects: 0,
    decompress: false,
    responseType: 'stream',
    validateStatus: () => true,
    transformRequest: (data) => data,
    transformResponse: (data) => data,
  })

  async function send({ method, url, headers, body }: Parameters<Wire['send']>[0]): Promise<Received | Fault> {
    const deadline = new AbortController()
    const abort = () => deadline.abort()
    const timer = setTimeout(abort, limits.timeout)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      const answer = await client.request<Readable>({
        method,
        url: url.href,
        headers: { 'accept-encoding': 'gzip, br', 'user-agent': 'tidemark', ...headers },
        ...(body && { data: body }),
        ...(isLoopback(url.hostname) && { proxy: false }),
        signal: deadline.signal,
      })
      const received = textHeaders(answer.headers)
      const wire = await collect(answer.data, limits.maxBytes)
      if (!wire) return tooLong(limits.maxBytes)
      const bytes = await decode(wire, received['content-encoding'], limits.maxBytes)
      if ('fault' in bytes) return bytes
      const measured = 'content-length' in received || 'transfer-encoding' in received
      return { status: answer.status, headers: received, bytes, measured }
    } catch (error) {
      signal?.throwIfAborted()
      if (deadline.signal.aborted) return { fault: `no whole answer within ${limits.timeout / 1_000} s`, passing: true }
      return networkFault(error)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  }

  return {
    send,
    close: () => {
      httpAgent.destroy()
      httpsAgent.destroy()
    },
  }
}

/** Gives up on connections that do not come about: without this, they use up the time of the whole request. */
function connectWithin<A extends nodeHttp.Agent>(ms: number, agent: A, ready: 'connect' | 'secureConnect'): A {
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (options, callback) => {
    const socket = connect(options, callback)
    if (!socket) return socket
    const late = Object.assign(new Error('connect timed out'), { code: 'ETIMEDOUT' })
    const timer = setTimeout(() => socket.destroy(late), ms)
    const stop = () => clearTimeout(timer)
    socket.once(ready, stop)
    socket.once('close', stop)
    return socket
  }
  return agent
}

/** The whole body as it is on the wire; undefined if it is longer than `maxBytes`, which is noticed on the way. */
async function collect(body: Readable, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size)
}

async function decode(wire: Buffer, encoding: string | undefined, maxBytes: number): Promise<Uint8Array | Fault> {
  let bytes: Uint8Array = wire
  const encodings = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
  for (const name of encodings.reverse()) {
    if (name === '' || name === 'identity' || bytes.length === 0) continue
    const decoder = decoders[name]
    if (!decoder)
      return {
        fault: `the answer is encoded as '${name.slice(0, 20)}'; expected gzip or br, as asked for`,
        passing: false,
      }
    try {
      bytes = await decoder(bytes, { maxOutputLength: maxBytes })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return tooLong(maxBytes)
      return { fault: `a damaged or truncated ${name} body`, passing: true }
    }
  }
  return bytes
}

function tooLong(maxBytes: number): Fault {
  return {
    fault: `the answer is longer than ${maxBytes} bytes, decoded; ask for smaller pages or raise maxBytes`,
    passing: false,
  }
}

/** Names the fault by its code only: messages of the network layer may hold addresses and headers. */
function networkFault(error: unknown): Fault {
  const code = (error as NodeJS.ErrnoException).code
  if (typeof code !== 'string' && !axios.isAxiosError(error)) throw error
  if (code === 'ECONNRESET')
    return { fault: 'the connection broke off before the end of the answer (ECONNRESET)', passing: true }
  if (code === 'ETIMEDOUT') return { fault: 'no connection in time (ETIMEDOUT)', passing: true }
  return { fault: `the host cannot be reached (${code ?? 'no reason given'})`, passing: true }
}

function textHeaders(headers: object): Record<string, string> {
  const text: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== null && value !== undefined)
      text[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value)
  }
  return text
}

/** Proxies of the environment are for the outside world; a simulator on this machine is called directly. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
