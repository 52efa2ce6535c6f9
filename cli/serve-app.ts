import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { invalid } from '../functions/kit/errors.ts'

const LOOPBACK = '127.0.0.1'

/** What can answer a request: a Hono app. */
export interface Served {
  fetch(request: Request): Response | Promise<Response>
}

export interface Server {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string
  /** Ends every connection, idle or not. */
  close(): Promise<void>
}

/**
 * Serves an app to this machine only.
 * @throws `invalid` if the port is taken or not allowed; port 0 takes any that is free
 */
export async function serveApp(app: Served, { port }: { port: number }): Promise<Server> {
  const server = createAdaptorServer({ fetch: (request) => app.fetch(request), hostname: LOOPBACK })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(refused(port, cause)))
    server.listen(port, LOOPBACK, resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://${LOOPBACK}:${bound}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}

function refused(port: number, cause: NodeJS.ErrnoException): Error {
  if (cause.code === 'EADDRINUSE') {
    return invalid(`port ${port} is in use; end the program that has it, or choose another with --port`, cause)
  }
  if (cause.code === 'EACCES') {
    return invalid(`port ${port} is not allowed to this user; choose one above 1023 with --port`, cause)
  }
  return cause
}
