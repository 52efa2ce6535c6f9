import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { dashboardFiles, readDashboard } from '../../functions/api/dashboard.ts'
import { SnapshotBody } from '../../functions/api/snapshot-body.ts'
import { statuses } from '../../functions/api/stream-status.ts'
import { deploy, json } from '../api/deployment.ts'

const folder = new URL('../../dashboard/', import.meta.url)
const words = await import(new URL('words.js', folder).href)

const served = async () => deploy({ dashboard: await readDashboard(folder) })

describe('the page', () => {
  test('is every file of its folder, without a key, under a strict policy', async () => {
    const files = (await readdir(folder)).filter((name) => !name.endsWith('.d.ts'))
    expect([...dashboardFiles].sort()).toEqual(files.sort())
    const { get } = await served()
    for (const name of dashboardFiles) {
      const answer = await get(name === 'index.html' ? '/' : `/${name}`)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toMatch(/^text\/(html|css|javascript); charset=utf-8$/)
      expect(answer.headers.get('cache-control')).toBe('no-cache')
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
      expect(answer.headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
          "base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
      )
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(await readFile(new URL(name, folder)))
    }
  })

  test('is not in the document, serves nothing else, and only to GET', async () => {
    const { api, get } = await served()
    expect(Object.keys((await json(get('/v1/openapi.json'))).paths)).not.toContain('/')
    for (const path of ['/index.html', '/..%2fpackage.json', '/app.js/', '/style.css.map', '/favicon.ico']) {
      expect((await get(path)).status).toBe(404)
    }
    expect((await api.request('/', { method: 'POST' })).status).toBe(405)
  })

  test.each(dashboardFiles)('%s needs nothing from elsewhere and nothing inline', async (name) => {
    const text = await readFile(new URL(name, folder), 'utf8')
    expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//)
    expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/)
    if (name.endsWith('.html')) {
      expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/)
      expect(text).not.toMatch(/(src|href)="\//)
    }
    for (const [, imported] of text.matchAll(/\bfrom '([^']+)'/g)) {
      expect(dashboardFiles.map((file) => `./${file}`)).toContain(imported)
    }
  })

  test('has words for every state and every reason that the API knows', () => {
    expect(Object.keys(words.sourceStates).sort()).toEqual([...statuses].sort())
    const reasons = SnapshotBody.shape.metrics.valueType.shape.windows.valueType.shape.null_reason.unwrap().options
    expect(Object.keys(words.nullReasons).sort()).toEqual([...reasons].sort())
  })
})
