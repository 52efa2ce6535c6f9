import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { bundleFunction } from '../../bin/bundle-functions.ts'
import type { Config } from '../../functions/kit/config.ts'
import { DAY, NOW, read as readGa4, start as startGa4, stop as stopGa4 } from '../sources/ga4-property.ts'
import { readStream } from '../sources/read-stream.ts'
import {
  CHANNEL,
  READY,
  read as readYoutube,
  start as startYoutube,
  stop as stopYoutube,
} from '../sources/youtube-channel.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const out = mkdtempSync(join(tmpdir(), 'tidemark-google-'))
afterAll(async () => {
  rmSync(out, { recursive: true })
  await Promise.all([stopGa4(), stopYoutube()])
})

test("what a bundle leaves out of Google's library is missed by no source: it reads what the source reads unbundled", async () => {
  const [property, channel] = [await startGa4(), await startYoutube()]
  const config = join(out, 'tidemark.config.ts')
  const text = `import { defineConfig } from '${root}functions/kit/config.ts'
    import { ga4 } from '${root}functions/sources/ga4.ts'
    import { youtube } from '${root}functions/sources/youtube.ts'
    const [ga4Api, youtubeApi] = ${JSON.stringify([property, channel].map(({ baseUrl, tokens }) => ({ baseUrl, tokenUrl: tokens.url })))}
    export default defineConfig({ timezone: 'UTC', currency: 'EUR', sources: [
      ga4({ property: '123', zone: 'America/New_York', keyEvents: ['sign_up'], ...ga4Api }),
      youtube({ channel: '${CHANNEL}', comments: true, ...youtubeApi }),
    ] })`
  writeFileSync(config, text)
  const folder = join(out, 'ingest')
  mkdirSync(folder)
  await bundleFunction('ingest', folder, config)
  const chunk = readdirSync(folder).find((name) => /config-.*\.mjs$/.test(name))!
  const { default: bundled } = (await import(pathToFileURL(join(folder, chunk)).href)) as { default: Config }
  const [ga4, youtube] = bundled.sources

  // An account of a service, which signs; and one of a person, who consented.
  const expected = await readGa4(property)
  const found = await readStream(ga4!, 'traffic', {
    from: DAY,
    now: NOW,
    secrets: { credentials: property.tokens.keyFile },
  })
  expect(found.rows.length).toBeGreaterThan(5)
  expect(found.rows).toEqual(expected.rows)
  const videos = await readYoutube(channel, 'channel', { from: READY })
  const seen = await readStream(youtube!, 'channel', {
    from: READY,
    now: new Date('2026-11-20T20:00:00Z'),
    secrets: { ...channel.tokens.consent },
  })
  expect(seen.rows.length).toBeGreaterThan(0)
  expect(seen.rows).toEqual(videos.rows)
})
