import { TidemarkError } from '../functions/kit/errors.ts'
import { awsError } from '../functions/store/aws-error.ts'

/** Prints why a command on a stack did not come to its end, and who has to act; its exit code is 1. */
export function printFailure(failure: unknown): void {
  const error = awsError(failure, 'the stack') as Error
  const { name, message } = error
  process.stderr.write(`tidemark: ${error instanceof TidemarkError ? message : `${name}: ${message}`}\n`)
  process.exitCode = 1
}
