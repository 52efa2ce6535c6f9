import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { App } from 'aws-cdk-lib'
import { loadConfig } from '../cli/load-config.ts'
import { TidemarkError } from '../functions/kit/errors.ts'
import { bundleFunctions } from './bundle-functions.ts'
import { tidemarkApp } from './tidemark-app.ts'

/** What `cdk` runs. `-c stage=dev` names another deployment, TIDEMARK_CONFIG another config. */
const CHECKED_IN = fileURLToPath(new URL('../tidemark.config.ts', import.meta.url))
const configPath = process.env.TIDEMARK_CONFIG ? resolve(process.env.TIDEMARK_CONFIG) : CHECKED_IN
const out = mkdtempSync(join(tmpdir(), 'tidemark-bundles-'))
try {
  const stage = String(new App({ autoSynth: false }).node.tryGetContext('stage') ?? 'prod')
  const config = await loadConfig(configPath)
  const { folders } = await bundleFunctions({ config, configPath, stage, out })
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env
  const env = account && region ? { account, region } : undefined
  const { app } = tidemarkApp({ config, stage, folders, ...(env && { env }) })
  app.synth()
} catch (error) {
  // The config's errors say what to do: where in this file they were thrown, nobody needs to know.
  if (!(error instanceof TidemarkError)) throw error
  process.stderr.write(`tidemark: ${error.message}\n`)
  process.exitCode = 1
} finally {
  rmSync(out, { recursive: true, force: true })
}
