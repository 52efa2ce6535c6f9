import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { invalid } from '../functions/kit/errors.ts'

const CDK = fileURLToPath(new URL('../node_modules/.bin/cdk', import.meta.url))
export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Runs the CDK's own command line, which asks and prints by itself. @throws `invalid` if it fails */
export function cdk(...args: readonly string[]): void {
  const { status } = spawnSync(CDK, args, { cwd: ROOT, stdio: 'inherit' })
  if (status !== 0) throw invalid(`cdk ${args[0]} ended with ${status}; it said above what is wrong`)
}
