import { request } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { serveApp } from '../../cli/serve-app.ts'
import { deploy } from './deployment.ts'

async function served() {
  const { api } = await deploy()
  const server = await serveApp(api, { port: 0 })
  onTestFinished(() => server.close())
  return server
}

test('answers on the loopback', async () => {
  const { url } = await served()
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const answer = await fetch(`${url}/v1/health`)
  expect(await answer.json()).toEqual({ status: 'ok', version: '1.2.3' })
})

test('does not answer to a foreign name, as a rebound one would be', async () => {
  const { url } = await served()
  const status = await new Promise((resolve, reject) => {
    const sent = request(`${url}/v1/health`, { headers: { Host: 'evil.example' } }, (got) => {
      got.resume()
      resolve(got.statusCode)
    })
    sent.on('error', reject).end()
  })
  expect(status).toBe(421)
})

test('a port in use is named, with the option that helps', async () => {
  const { url } = await served()
  const port = Number(new URL(url).port)
  await expect(serveAt(port)).rejects.toMatchObject({
    code: 'invalid',
    message: `port ${port} is in use; end the program that has it, or choose another with --port`,
  })
})

const serveAt = async (port: number) => serveApp((await deploy()).api, { port })
