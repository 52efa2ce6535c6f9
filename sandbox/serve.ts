import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { type Fault, type FaultKind, isRefusal, plan, refuse, spoil } from './faults.ts'
import type { Encoded, SandboxAnswer, SandboxRequest, VendorErrors } from './messages.ts'

/** A simulated vendor that listens on loopback. */
export interface Sandbox {
  /** Ends with a slash. */
  readonly baseUrl: string
  /** Every request so far, in order. */
  readonly requests: readonly SandboxRequest[]
  /** Makes requests to come fail. */
  fail(...faults: readonly Fault[]): void
  /** Ends every fault. */
  heal(): void
  close(): Promise<void>
}

/** Serves `answer` on a free port of loopback. JSON or a form in, JSON out, compressed where the caller accepts it. */
export async function serve(
  answer: (request: SandboxRequest) => SandboxAnswer,
  errors: VendorErrors,
  faults: readonly Fault[] = [],
): Promise<Sandbox> {
  const requests: SandboxRequest[] = []
  const previous = new Map<string, SandboxAnswer>()
  let next = plan(faults)
  const server = createServer((incoming, response) => {
    read(incoming)
      .then((request) => {
        requests.push(request)
        const kind = next(request)
        if (kind && isRefusal(kind)) return refuse(kind, errors, response)
        const given = replayed(kind, request) ?? answer(request)
        previous.set(request.path, given)
        if (!kind || !spoil(kind, encode(given, incoming), response)) send(encode(given, incoming), response)
      })
      .catch((cause: unknown) => send(encode({ status: 500, body: String(cause) }, incoming), response))
  })
  function replayed(kind: FaultKind | undefined, { path }: SandboxRequest): SandboxAnswer | undefined {
    return kind === 'repeated_answer' ? previous.get(path) : undefined
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    fail: (...more) => {
      const [before, then] = [next, plan(more)]
      next = (request) => before(request) ?? then(request)
    },
    heal: () => {
      next = plan([])
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}

/** Bytes from which an answer is worth compressing, to most servers. */
const ZIPPED = 1_024

function encode({ status, headers, body }: SandboxAnswer, { headers: asked }: IncomingMessage): Encoded {
  const plain = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const zipped = plain.length >= ZIPPED && /\bgzip\b/.test(String(asked['accept-encoding'] ?? ''))
  const bytes = zipped ? gzipSync(plain, { level: 1 }) : plain
  const type = typeof body === 'string' ? 'text/plain;charset=utf-8' : 'application/json;charset=utf-8'
  return {
    status,
    bytes,
    headers: {
      'content-type': type,
      'content-length': String(bytes.length),
      ...(zipped ? { 'content-encoding': 'gzip' } : {}),
      ...headers,
    },
  }
}

function send({ status, headers, bytes }: Encoded, response: ServerResponse): void {
  response.writeHead(status, headers)
  response.end(bytes)
}

async function read(incoming: IncomingMessage): Promise<SandboxRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const url = new URL(incoming.url ?? '/', 'http://sandbox')
  const text = Buffer.concat(chunks).toString()
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: text === '' ? undefined : isForm(incoming) ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text),
  }
}

const isForm = ({ headers }: IncomingMessage) =>
  headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false
