import { createInterface } from 'node:readline/promises'
import { deleteStack } from '../cli/aws-delete-stack.ts'
import { deleteKeptData, findKeptData, type KeptData } from '../cli/aws-kept-data.ts'
import { invalid } from '../functions/kit/errors.ts'
import { type DestroyOptions, destroyOptions, question } from './destroy-options.ts'
import { printFailure } from './print-failure.ts'

const say = (line: string) => void process.stdout.write(`${line}\n`)

/** `npm run destroy -- [--stage dev] [--yes] [--delete-data]`: deletes what runs, and keeps what was collected. */
async function destroy(argv: readonly string[]): Promise<void> {
  const options = destroyOptions(argv)
  const { stage, deleteData } = options
  const kept = await findKeptData(stage)
  say(`What stage ${stage} collected:\n${whereItIs(kept)}`)
  if (!(await agreed(options))) throw invalid('nothing was deleted, because that was not the answer to go on')
  const name = `tidemark-${stage}`
  say((await deleteStack(name, say)) ? `deleted stack ${name}` : `there is no stack ${name}`)
  if (deleteData) await deleteKeptData(kept, say)
  else
    say(
      `What was collected stays where it is:\n${whereItIs(kept)}\ndocs/deploying.md says how another deployment takes it over, and how it is deleted.`,
    )
}

function whereItIs({ buckets, tables, parameters }: KeptData): string {
  const lines = [
    ...buckets.map((name) => `bucket ${name}`),
    ...tables.map((name) => `table ${name}`),
    ...parameters.map((name) => `parameter ${name} in SSM`),
  ]
  return (lines.length > 0 ? lines : ['nothing']).map((line) => `  ${line}`).join('\n')
}

async function agreed(options: DestroyOptions): Promise<boolean> {
  if (options.yes) return true
  const { text, answer } = question(options)
  if (!process.stdin.isTTY) throw invalid('nobody is there to be asked; say --yes')
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return (await terminal.question(text)).trim() === answer
  } finally {
    terminal.close()
  }
}

try {
  await destroy(process.argv.slice(2))
} catch (error) {
  printFailure(error)
}
