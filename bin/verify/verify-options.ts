import { parseArgs } from 'node:util'
import { invalid } from '../../functions/kit/errors.ts'
import { checkedStage } from '../stage-of.ts'

export interface VerifyOptions {
  readonly stage: string
  readonly json: boolean
  /** Ask Cost Explorer, which costs a cent. */
  readonly askCost: boolean
}

/**
 * The options of `npm run verify`.
 * @throws `invalid` for others, without a stage, and for production unless it may be disturbed
 */
export function verifyOptions(argv: readonly string[]): VerifyOptions {
  const { stage, json, 'ask-cost': askCost, 'disturb-production': disturb } = parsed(argv)
  if (!stage) throw invalid('no stage is given; expected the one to look at: --stage dev')
  checkedStage(stage)
  if (/^prod/.test(stage) && !disturb) {
    throw invalid(
      `stage '${stage}' looks like production, where this would kill a run, break a secret for a minute and send messages about both; use a stage of its own, or say --disturb-production`,
    )
  }
  return { stage, json, askCost }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        stage: { type: 'string' },
        json: { type: 'boolean', default: false },
        'ask-cost': { type: 'boolean', default: false },
        'disturb-production': { type: 'boolean', default: false },
      },
    }).values
  } catch (cause) {
    throw invalid(
      `${(cause as Error).message}; expected --stage <name>, and --json, --ask-cost or --disturb-production`,
      cause,
    )
  }
}
