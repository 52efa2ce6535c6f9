import { writeSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dropFile } from '../cli/aws-drop-box.ts'
import { listenTo } from '../cli/aws-listener.ts'
import { askSpent } from '../cli/aws-spent.ts'
import { openAwsStack } from '../cli/aws-stack.ts'
import { loadConfig } from '../cli/load-config.ts'
import { temporaryKey } from '../cli/temporary-key.ts'
import { addDays, type Day, dayOf } from '../functions/kit/day.ts'
import { ROOT } from './cdk.ts'
import { printFailure } from './print-failure.ts'
import { apiKeys, revokedKey } from './verify/api-keys.ts'
import { askDeployed } from './verify/ask-deployed.ts'
import { brokenSecret } from './verify/broken-secret.ts'
import type { Bench } from './verify/claim.ts'
import { costSoFar } from './verify/cost-so-far.ts'
import { droppedFile } from './verify/dropped-file.ts'
import { foreignSecret } from './verify/foreign-secret.ts'
import { timedOutRun } from './verify/timed-out-run.ts'
import { openUndo } from './verify/undo.ts'
import { lineOf, type Verified, verifyClaims } from './verify/verify-claims.ts'
import { verifyOptions } from './verify/verify-options.ts'

const CLAIMS = [droppedFile, apiKeys, timedOutRun, brokenSecret, foreignSecret, revokedKey, costSoFar]

const STDERR = 2
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * `npm run verify -- --stage dev [--json] [--ask-cost]`: shows on a deployed stack that it does what is said of it, one
 * line of evidence for each claim. What it changes it puts back, also on a signal. @returns the exit code
 */
async function verify(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const { stage, json, askCost } = verifyOptions(argv)
  const path = resolve(process.env.TIDEMARK_CONFIG || join(ROOT, 'tidemark.config.ts'))
  const config = await loadConfig(path)
  const emulator = process.env.AWS_ENDPOINT_URL
  const say = (line: string) => void process.stderr.write(`  ${line}\n`)
  const stack = openAwsStack(stage)
  const undo = openUndo(say)
  const today = dayOf(Date.now(), config.timezone)
  const verified: Verified[] = []
  try {
    const outputs = await stack.outputs()
    const bench: Bench = {
      stack,
      outputs,
      config,
      emulated: Boolean(emulator),
      folder: dirname(path),
      day: addDays(today, -1),
      undo,
      say: (line) => {
        signal.throwIfAborted()
        say(line)
      },
      pause: (ms) => sleep(ms, undefined, { signal }),
      ask: async (asked, key) => {
        signal.throwIfAborted()
        return askDeployed(outputs.Url, asked, key, emulator)
      },
      drop: (key, file) => dropFile(outputs.Bucket, key, file),
      listen: (queue) => listenTo(outputs.Topic, queue),
      makeKey: () => temporaryKey(outputs.Bucket, outputs.TableName, 'verify'),
      spent: askCost ? () => askSpent(stage, new Date().toISOString().slice(0, 10) as Day) : null,
      notes: {},
    }
    for await (const one of verifyClaims(CLAIMS, bench)) {
      verified.push(one)
      if (!json) process.stdout.write(`${lineOf(one)}\n`)
      signal.throwIfAborted()
    }
  } finally {
    const left = await undo.run()
    stack.close()
    for (const one of left) process.stderr.write(`tidemark: ${one}\n`)
    if (left.length > 0) process.exitCode = 1
  }
  const count = (verdict: Verified['verdict']) => verified.filter((one) => one.verdict === verdict).length
  const failed = count('FAIL')
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ stage, at: new Date().toISOString(), emulator: emulator ?? null, claims: verified }, null, 2)}\n`,
    )
  } else {
    const where = emulator ? `${emulator}, which is no AWS` : 'AWS'
    process.stdout.write(
      `\nstage ${stage} on ${where}, ${new Date().toISOString()}: ${count('PASS')} shown, ${failed} failed, ${count('NOT SHOWN')} not shown\n` +
        'What stays: facts and snapshots of what was read, and the records of these runs.\n',
    )
  }
  return failed > 0 ? 1 : 0
}

const ending = new AbortController()
for (const [signal, code] of Object.entries(SIGNALS)) {
  process.on(signal, () => {
    if (ending.signal.aborted) process.exit(code)
    writeSync(STDERR, '\nputting back what was changed; once more ends at once and leaves it\n')
    process.exitCode = code
    ending.abort()
  })
}
try {
  const code = await verify(process.argv.slice(2), ending.signal)
  process.exitCode ??= code
} catch (error) {
  if ((error as Error).name !== 'AbortError') printFailure(error)
}
