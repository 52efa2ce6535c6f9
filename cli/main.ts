import { parseArgs, stripVTControlCharacters } from 'node:util'
import { type ArgsDef, type CommandDef, renderUsage, runCommand, type SubCommandsDef } from 'citty'
import { invalid, TidemarkError } from '../functions/kit/errors.ts'
import packageJson from '../package.json' with { type: 'json' }
import type { Outcome } from './outcome.ts'

/** Imported when they are called, so that `--help` answers at once. */
const commands: SubCommandsDef = {
  start: async () => (await import('./start.ts')).start,
  collect: async () => (await import('./collect.ts')).collect,
  compute: async () => (await import('./compute.ts')).compute,
  backfill: async () => (await import('./backfill.ts')).backfill,
  serve: async () => (await import('./serve.ts')).serve,
  sources: async () => (await import('./sources.ts')).sources,
  doctor: async () => (await import('./doctor.ts')).doctor,
  metrics: async () => (await import('./metrics.ts')).metrics,
  snapshot: async () => (await import('./snapshot.ts')).snapshot,
  query: async () => (await import('./query.ts')).query,
  explain: async () => (await import('./explain.ts')).explain,
  cohorts: async () => (await import('./cohorts.ts')).cohorts,
  anomalies: async () => (await import('./anomalies.ts')).anomalies,
  annotate: async () => (await import('./annotate.ts')).annotate,
  status: async () => (await import('./status.ts')).status,
  keys: async () => (await import('./keys.ts')).keys,
  accept: async () => (await import('./accept.ts')).accept,
  remap: async () => (await import('./remap.ts')).remap,
  rebuild: async () => (await import('./rebuild.ts')).rebuild,
}

const root: CommandDef = {
  meta: { name: 'tidemark', version: packageJson.version, description: packageJson.description },
  subCommands: commands,
}

/** A command line that cannot be understood. */
const USAGE = 2

/** Where a command line writes; the streams of the process, or of a test. */
export interface Streams {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean }
  readonly stderr: { write(text: string): unknown }
}

/**
 * Runs one command line. Results go to stdout (one JSON object with `--json`, also of a failure), all else to stderr.
 * @returns the exit code: 0 if everything is as it should be, 1 if not, 2 if the command line makes no sense
 */
export async function main(argv: readonly string[], streams: Streams = process): Promise<number> {
  const { stdout } = streams
  const asJson = argv.includes('--json')
  let understood = false
  try {
    const { command, parent, path, rest } = await find(argv)
    if (argv.includes('--help') || argv.includes('-h')) {
      const here = command === root ? '\n\nIn the checkout: npm run -s tidemark -- <command>' : ''
      const usage = `${await renderUsage(command, parent)}${here}`
      stdout.write(`${stdout.isTTY ? usage : stripVTControlCharacters(usage)}\n`)
      return 0
    }
    if (argv.length === 1 && argv[0] === '--version') {
      stdout.write(`${packageJson.version}\n`)
      return 0
    }
    check(command, path, rest)
    understood = true
    const { result } = await runCommand(command, { rawArgs: rest })
    const { ok, json, text } = result as Outcome
    stdout.write(`${asJson ? (typeof json === 'string' ? json : JSON.stringify(json)) : text}\n`)
    return ok ? 0 : 1
  } catch (error) {
    report(error, asJson, streams)
    return understood ? 1 : USAGE
  }
}

interface Found {
  readonly command: CommandDef
  readonly parent: CommandDef
  /** As typed: `tidemark keys create`. */
  readonly path: string
  readonly rest: string[]
}

/** Follows the words of the command line to the command that they name. */
async function find(argv: readonly string[]): Promise<Found> {
  let command: CommandDef = root
  let path = 'tidemark'
  let rest = [...argv]
  for (;;) {
    const subCommands = command.subCommands as Record<string, CommandDef | (() => Promise<CommandDef>)> | undefined
    if (!subCommands) break
    const [name] = rest
    if (name === undefined || name.startsWith('-')) break
    if (!Object.hasOwn(subCommands, name)) {
      throw invalid(`'${name.slice(0, 40)}' is no command of ${path}; expected ${Object.keys(subCommands).join(', ')}`)
    }
    const next = subCommands[name]!
    command = typeof next === 'function' ? await next() : next
    path += ` ${name}`
    rest = rest.slice(1)
  }
  return { command, parent: { meta: { name: path.split(' ').slice(0, -1).join(' ') } }, path, rest }
}

/** @throws `invalid` for options that the command does not have: citty itself takes any */
function check(command: CommandDef, path: string, rest: string[]): void {
  const wrong = (what: string, cause?: unknown) => invalid(`${what}; '${path} --help' tells more`, cause)
  if (command.subCommands) {
    throw wrong(`a command is missing after '${path}'; expected ${Object.keys(command.subCommands).join(', ')}`)
  }
  const args = Object.entries((command.args ?? {}) as ArgsDef)
  const options = Object.fromEntries(
    args
      .filter(([, { type }]) => type !== 'positional')
      .map(([option, { type }]) => [
        option,
        { type: type === 'boolean' ? 'boolean' : 'string', multiple: true } as const,
      ]),
  )
  const positionals = args.filter(([, { type }]) => type === 'positional').map(([arg]) => arg)
  const isOptional = (name: string) => args.some(([arg, { required }]) => arg === name && required === false)
  let given: ReturnType<typeof parseArgs>
  try {
    given = parseArgs({ args: rest, options, allowPositionals: true, strict: true })
  } catch (cause) {
    const [first = ''] = (cause as Error).message.split(/\.?(?: To specify|\n|$)/)
    throw wrong(`${first[0]?.toLowerCase()}${first.slice(1)}`, cause)
  }
  const twice = Object.entries(given.values).find(([, values]) => (values as unknown[]).length > 1)
  if (twice) throw wrong(`--${twice[0]} stands twice; give it once`)
  const extra = given.positionals[positionals.length]
  if (extra !== undefined) throw wrong(`'${extra.slice(0, 40)}' is one word too many`)
  const missing = positionals[given.positionals.length]
  if (missing !== undefined && !isOptional(missing)) throw wrong(`the ${missing} is missing`)
  const required = args.find(
    ([option, arg]) => arg.type !== 'positional' && arg.required && given.values[option] === undefined,
  )
  if (required) throw wrong(`--${required[0]} is missing`)
}

function report(error: unknown, asJson: boolean, { stdout, stderr }: Streams): void {
  const known = error instanceof TidemarkError
  const text = (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ')
  const message = known ? text : `unexpected: ${text}; TIDEMARK_DEBUG=1 shows where`
  if (asJson) stdout.write(`${JSON.stringify({ error: { code: known ? error.code : 'unexpected', message } })}\n`)
  stderr.write(`tidemark: ${message}\n`)
  if (process.env.TIDEMARK_DEBUG && error instanceof Error) stderr.write(`${error.stack}\n`)
}
