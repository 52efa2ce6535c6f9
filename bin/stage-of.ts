import { parseArgs } from 'node:util'
import { invalid } from '../functions/kit/errors.ts'

/** The options of `npm run deploy` and `npm run destroy`. @throws `invalid` for others */
export function stageOf(argv: readonly string[]): { readonly stage: string; readonly yes: boolean } {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { stage: { type: 'string', default: 'prod' }, yes: { type: 'boolean', default: false } },
    })
    return values
  } catch (cause) {
    throw invalid(`${(cause as Error).message}; expected --stage <name> and --yes`, cause)
  }
}
