import { readdir, readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { buildDashboard } from '../../cli/build-dashboard.ts'
import { dashboardFiles, dashboardOf } from '../../functions/api/dashboard.ts'
import { deploy, json } from '../api/deployment.ts'

const folder = new URL('../../dashboard/', import.meta.url)
const built = await buildDashboard()
const served = () => deploy({ dashboard: dashboardOf(built) })
const pathOf = (name: string) => (name === 'index.html' ? '/' : `/${name}`)

describe('the page', () => {
  test('is its built files, without a key, under a strict policy', async () => {
    const { get } = await served()
    for (const name of dashboardFiles) {
      const answer = await get(pathOf(name))
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toMatch(/^text\/(html|css|javascript); charset=utf-8$/)
      expect(answer.headers.get('cache-control')).toBe('no-cache')
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
      expect(answer.headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
          "base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
      )
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from(built[name]))
    }
  })

  test('is not in the document, serves nothing else, and only to GET', async () => {
    const { api, get } = await served()
    expect(Object.keys((await json(get('/v1/openapi.json'))).paths)).not.toContain('/')
    for (const path of ['/index.html', '/..%2fpackage.json', '/main.tsx', '/app.js/', '/app.js.map', '/favicon.ico']) {
      expect((await get(path)).status).toBe(404)
    }
    expect((await api.request('/', { method: 'POST' })).status).toBe(405)
  })

  test('crosses the wire in at most 150 KiB', async () => {
    const { get } = await served()
    let bytes = 0
    for (const name of ['index.html', 'style.css', 'app.js'] as const) {
      const answer = await get(pathOf(name), undefined, { 'Accept-Encoding': 'gzip' })
      expect(answer.headers.get('content-encoding')).toBe(built[name].length >= 1024 ? 'gzip' : null)
      const body = Buffer.from(await answer.arrayBuffer())
      bytes += body.length
      if (answer.headers.get('content-encoding')) expect(gunzipSync(body)).toEqual(Buffer.from(built[name]))
    }
    expect(bytes).toBeLessThanOrEqual(150 * 1024)
  })

  test.each(['index.html', 'problems.html'] as const)('%s has nothing inline, and names nothing elsewhere', (name) => {
    const text = Buffer.from(built[name]).toString()
    expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//)
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/)
    expect(text).not.toMatch(/(src|href)="\//)
  })

  test('parses no text as HTML, and its styles load nothing', async () => {
    const files = (await readdir(folder, { recursive: true })).filter((name) => /\.tsx?$/.test(name))
    expect(files.length).toBeGreaterThan(20)
    for (const name of files) {
      const text = await readFile(new URL(name, folder), 'utf8')
      expect(text, name).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/i)
    }
    expect(Buffer.from(built['style.css']).toString()).not.toMatch(/url\(|@import/)
  })
})
