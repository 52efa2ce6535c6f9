import net from 'node:net'
import { afterEach, expect } from 'vitest'

/** Tests talk to nobody but this machine. A connection that leaves it is refused, and fails the test that tried. */
export const refused: string[] = []

const connect = net.Socket.prototype.connect

net.Socket.prototype.connect = function (this: net.Socket, ...given: unknown[]) {
  const host = hostOf(given)
  if (isLoopback(host)) return Reflect.apply(connect, this, given)
  refused.push(host)
  const error = new Error(`a test may talk to this machine only; it tried ${host}`)
  process.nextTick(() => this.destroy(error))
  return this
} as typeof connect

afterEach(() => {
  expect(refused.splice(0), 'connections that would leave this machine').toEqual([])
})

/** As `connect` takes it: (path), (port, host?) or ({ path } | { port, host? }), also in the list that `net` makes of it. */
function hostOf([first, second]: unknown[]): string {
  if (Array.isArray(first)) return hostOf(first)
  if (typeof first === 'object' && first !== null) {
    const { host, path } = first as { host?: string; path?: string }
    return path ? '' : (host ?? '')
  }
  return typeof first === 'number' && typeof second === 'string' ? second : ''
}

/** No host is this machine too: a path of its file system, or a port without a host. */
function isLoopback(host: string): boolean {
  return ['', 'localhost', '::1', '[::1]'].includes(host) || /^127(\.\d{1,3}){3}$/.test(host)
}
