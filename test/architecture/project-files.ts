import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Paths of all files that belong to the project: all but what `.gitignore` names. */
export function projectFiles(): readonly string[] {
  const lines = readText('.gitignore').split('\n')
  return filesIn('', new Set(['.git', ...lines.map((line) => line.replace(/\/$/, ''))])).sort()
}

function filesIn(folder: string, ignored: ReadonlySet<string>): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (ignored.has(entry.name)) return []
    const path = folder ? `${folder}/${entry.name}` : entry.name
    return entry.isDirectory() ? filesIn(path, ignored) : [path]
  })
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
