import { parseArgs } from 'node:util'
import { invalid } from '../functions/kit/errors.ts'
import { checkedStage } from './stage-of.ts'

export interface DestroyOptions {
  readonly stage: string
  /** Ask nothing. */
  readonly yes: boolean
  /** Delete what was collected as well. */
  readonly deleteData: boolean
}

/** The options of `npm run destroy`. @throws `invalid` for others */
export function destroyOptions(argv: readonly string[]): DestroyOptions {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        stage: { type: 'string', default: 'prod' },
        yes: { type: 'boolean', default: false },
        'delete-data': { type: 'boolean', default: false },
      },
    })
    return { stage: checkedStage(values.stage), yes: values.yes, deleteData: values['delete-data'] }
  } catch (cause) {
    throw invalid(`${(cause as Error).message}; expected --stage <name>, --yes and --delete-data`, cause)
  }
}

/** What has to be typed, and what it does. */
export function question({ stage, deleteData }: DestroyOptions): { readonly text: string; readonly answer: string } {
  return deleteData
    ? { text: `All of it is deleted for good. Type the name of the stage to go on: `, answer: stage }
    : { text: `Delete what runs, and keep the above? [y/N] `, answer: 'y' }
}
