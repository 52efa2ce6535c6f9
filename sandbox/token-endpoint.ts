import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SandboxAnswer } from './messages.ts'

/** A token endpoint of RFC 6749: a server of its own, as it is with most vendors. */
export interface TokenEndpoint {
  readonly url: string
  /** Forms it was sent, in order. */
  readonly requests: readonly Readonly<Record<string, string>>[]
  /** Answers all that comes with this; undefined ends it. */
  break(answer: SandboxAnswer | undefined): void
  close(): Promise<void>
}

/** Serves `grant` on a free port of loopback: a URL-encoded form in, JSON out. */
export async function serveTokens(
  path: string,
  grant: (form: Readonly<Record<string, string>>) => SandboxAnswer,
): Promise<TokenEndpoint> {
  const requests: Record<string, string>[] = []
  let broken: SandboxAnswer | undefined
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()))
    requests.push(form)
    const { status, headers, body } = broken ?? (incoming.url === path ? grant(form) : { status: 404, body: '' })
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    requests,
    break: (answer) => {
      broken = answer
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}

/** A refusal of RFC 6749. */
export const refusedToken = (status: number, error: string, error_description: string): SandboxAnswer => ({
  status,
  body: { error, error_description },
})
