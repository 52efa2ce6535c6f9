import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { refused } from './offline.ts'

const failure = async (socket: Socket) => ((await once(socket, 'error')) as [Error])[0].message

test.each([
  ['a name', () => connect({ host: 'vendor.invalid', port: 443 }), 'vendor.invalid'],
  ['an address, in words', () => connect(443, '192.0.2.1'), '192.0.2.1'],
  ['what looks like loopback', () => connect(443, '127.0.0.1.vendor.invalid'), '127.0.0.1.vendor.invalid'],
])('a connection to %s is refused before it is made', async (_, open, host) => {
  expect(await failure(open())).toContain(host)
  expect(refused.splice(0)).toEqual([host])
})

test('so is a request', async () => {
  await expect(fetch('http://vendor.invalid/v1')).rejects.toThrow()
  expect(refused.splice(0)).toEqual(['vendor.invalid'])
})

test('this machine can be reached', async () => {
  const server = createServer((socket) => socket.end('here'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const [bytes] = (await once(connect((server.address() as AddressInfo).port, '127.0.0.1'), 'data')) as [Buffer]
  expect(String(bytes)).toBe('here')
  server.close()
})
