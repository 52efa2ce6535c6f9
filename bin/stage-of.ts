import { parseArgs } from 'node:util'
import { invalid } from '../functions/kit/errors.ts'

/** The options of `npm run deploy`. @throws `invalid` for others */
export function stageOf(argv: readonly string[]): { readonly stage: string; readonly yes: boolean } {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { stage: { type: 'string', default: 'prod' }, yes: { type: 'boolean', default: false } },
    })
    return { ...values, stage: checkedStage(values.stage) }
  } catch (cause) {
    throw invalid(`${(cause as Error).message}; expected --stage <name> and --yes`, cause)
  }
}

/** A name that is part of others, and of patterns that find them. @throws `invalid` for what cannot be one */
export function checkedStage(stage: string): string {
  if (/^[a-z][a-z0-9-]{0,11}$/.test(stage)) return stage
  throw invalid(`stage '${stage.slice(0, 40)}' is no name; expected at most 12 of a-z 0-9 -, a letter first`)
}
