import { readFile } from 'node:fs/promises'

/** The files of the page, by the path under which they are served. */
export type Dashboard = ReadonlyMap<string, { readonly type: string; readonly body: Uint8Array<ArrayBuffer> }>

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
}

/** What the page is built into; nothing but these is ever served. */
export const dashboardFiles = ['index.html', 'problems.html', 'style.css', 'app.js'] as const

export type DashboardFile = (typeof dashboardFiles)[number]

/** The page as it is served, from its built files. */
export function dashboardOf(files: Readonly<Record<DashboardFile, Uint8Array<ArrayBuffer>>>): Dashboard {
  return new Map(
    dashboardFiles.map((name) => {
      const path = name === 'index.html' ? '/' : `/${name}`
      return [path, { type: types[name.split('.').at(-1)!]!, body: files[name] }] as const
    }),
  )
}

/** Reads the built page from a folder, once. */
export async function readDashboard(folder: URL): Promise<Dashboard> {
  const read = dashboardFiles.map(
    async (name) => [name, new Uint8Array(await readFile(new URL(name, folder)))] as const,
  )
  return dashboardOf(Object.fromEntries(await Promise.all(read)) as Record<DashboardFile, Uint8Array<ArrayBuffer>>)
}
