import { readFile } from 'node:fs/promises'

/** The files of the page, by the path under which they are served. */
export type Dashboard = ReadonlyMap<string, { readonly type: string; readonly body: Uint8Array<ArrayBuffer> }>

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
}

/** Nothing but these is ever served; `client.d.ts` is for those who copy the client. */
export const dashboardFiles = [
  'index.html',
  'problems.html',
  'style.css',
  'app.js',
  'api.js',
  'client.js',
  'element.js',
  'format.js',
  'proof.js',
  'sources.js',
  'sparkline.js',
  'tile.js',
  'words.js',
] as const

/** Reads the page's files from a folder, once. */
export async function readDashboard(folder: URL): Promise<Dashboard> {
  const files = dashboardFiles.map(async (name) => {
    const path = name === 'index.html' ? '/' : `/${name}`
    const body = new Uint8Array(await readFile(new URL(name, folder)))
    return [path, { type: types[name.split('.').at(-1)!]!, body }] as const
  })
  return new Map(await Promise.all(files))
}
