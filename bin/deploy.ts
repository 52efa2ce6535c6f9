import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isBootstrapped } from '../cli/aws-bootstrapped.ts'
import { loadConfig } from '../cli/load-config.ts'
import { monthlyCost } from '../cli/monthly-cost.ts'
import { afterDeploy } from './after-deploy.ts'
import { cdk, ROOT } from './cdk.ts'
import { packageNative } from './package-native.ts'
import { printFailure } from './print-failure.ts'
import { stageOf } from './stage-of.ts'

/** `npm run deploy -- [--stage dev] [--yes]`: what can be deployed by `cdk deploy` as well, with everything around it. */
async function deploy(argv: readonly string[]): Promise<void> {
  const { stage, yes } = stageOf(argv)
  const config = await loadConfig(resolve(process.env.TIDEMARK_CONFIG || join(ROOT, 'tidemark.config.ts')))
  const name = `tidemark-${stage}`
  const context = ['-c', `stage=${stage}`]
  await packageNative()
  cdk('synth', '--strict', '--quiet', ...context)
  const read = (path: string) => JSON.parse(readFileSync(join(ROOT, 'cdk.out', path), 'utf8'))
  const cost = monthlyCost(read(`${name}.template.json`), { interactions: 1_000_000 })
  if (!(await isBootstrapped())) cdk('bootstrap', ...context)
  // What was synthesised is what is shown and deployed.
  cdk('diff', name, '--app', 'cdk.out')
  const approval = yes ? 'never' : 'any-change'
  cdk('deploy', name, '--app', 'cdk.out', '--require-approval', approval, '--outputs-file', 'cdk.out/outputs.json')
  process.stdout.write(`\n${afterDeploy(config, stage, read('outputs.json')[name], cost)}\n`)
}

try {
  await deploy(process.argv.slice(2))
} catch (error) {
  printFailure(error)
}
