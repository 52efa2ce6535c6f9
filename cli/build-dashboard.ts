import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { DashboardFile } from '../functions/api/dashboard.ts'

const SOURCE = new URL('../dashboard/', import.meta.url)

/** The files of the page: its TypeScript and its styles, each in one file with what they import, and the pages as they are. */
export async function buildDashboard(): Promise<Record<DashboardFile, Uint8Array<ArrayBuffer>>> {
  const path = (name: string) => fileURLToPath(new URL(name, SOURCE))
  const { outputFiles } = await build({
    entryPoints: [
      { in: path('main.tsx'), out: 'app' },
      { in: path('style.css'), out: 'style' },
    ],
    bundle: true,
    minify: true,
    write: false,
    outdir: path('built'),
    format: 'esm',
    // CSS with light-dark() and :has(), and what goes with them.
    target: ['chrome123', 'firefox121', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    charset: 'utf8',
    legalComments: 'inline',
    logLevel: 'silent',
    tsconfig: path('tsconfig.json'),
  })
  const built = (name: string) => new Uint8Array(outputFiles.find((file) => file.path.endsWith(name))!.contents)
  const plain = async (name: string) => new Uint8Array(await readFile(path(name)))
  return {
    'index.html': await plain('index.html'),
    'problems.html': await plain('problems.html'),
    'style.css': built('style.css'),
    'app.js': built('app.js'),
  }
}
