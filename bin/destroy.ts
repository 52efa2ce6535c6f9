import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TidemarkError } from '../functions/kit/errors.ts'
import { cdk, ROOT } from './cdk.ts'
import { stageOf } from './stage-of.ts'

/** `npm run destroy -- [--stage dev] [--yes]`: deletes what runs, and keeps what was collected. */
try {
  const { stage, yes } = stageOf(process.argv.slice(2))
  const name = `tidemark-${stage}`
  const path = join(ROOT, 'cdk.out/outputs.json')
  const { Bucket, TableName } = (existsSync(path) && JSON.parse(readFileSync(path, 'utf8'))[name]) || {}
  process.stdout.write(
    `What was collected stays: the bucket${Bucket ? ` ${Bucket}` : ''}, the table${TableName ? ` ${TableName}` : ''}, and the pepper and secrets\n` +
      `below /tidemark/${stage} in SSM. docs/deploying.md says how they are deleted for good.\n`,
  )
  cdk('destroy', name, '-c', `stage=${stage}`, ...(yes ? ['--force'] : []))
} catch (error) {
  if (!(error instanceof TidemarkError)) throw error
  process.stderr.write(`tidemark: ${error.message}\n`)
  process.exitCode = 1
}
