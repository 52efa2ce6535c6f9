import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Whether Python 3.9 or later is there: the independent computations need `zoneinfo`. */
export const hasPython = spawnSync('python3', ['-c', 'import zoneinfo']).status === 0

/**
 * Runs a Python program and returns the JSON that it prints.
 *
 * @param program its path, relative to this folder
 */
export function python<T>(program: string, ...args: readonly string[]): Promise<T> {
  const path = fileURLToPath(new URL(program, import.meta.url))
  return new Promise((resolve, reject) => {
    execFile('python3', ['-B', path, ...args], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout) => {
      if (error) reject(error)
      else resolve(JSON.parse(stdout) as T)
    })
  })
}
