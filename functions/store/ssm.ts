import { randomBytes } from 'node:crypto'
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { invalid, TidemarkError } from '../kit/errors.ts'
import { awsError } from './aws-error.ts'
import { secretVariable } from './secret-variable.ts'
import type { Secrets } from './secrets.ts'

interface SsmOptions {
  /** Of which deployment: secrets are the parameters `/tidemark/<stage>/<source id>/<name>`. */
  readonly stage: string
  /** @default - one for the credentials, the region and the endpoint of the environment */
  readonly client?: SSMClient
}

/**
 * Secrets in the SSM Parameter Store, encrypted (SecureString, by the account's own key for SSM). Nothing is remembered:
 * a parameter that somebody sets counts from the next reading on. The pepper is `/tidemark/<stage>/pepper`.
 *
 * A refusal is `invalid` and not `credentials`: it says nothing about whether there is a secret.
 */
export function openSsm({ stage, client: given }: SsmOptions): Secrets {
  const client =
    given ?? new SSMClient({ requestHandler: { connectionTimeout: 5_000, socketTimeout: 30_000 }, maxAttempts: 6 })

  async function read(name: string): Promise<string> {
    try {
      const { Parameter: found } = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }))
      return found?.Value ?? ''
    } catch (cause) {
      if ((cause as Error).name === 'ParameterNotFound') return ''
      throw failure(cause, name)
    }
  }

  async function write(name: string, value: string, Overwrite: boolean): Promise<void> {
    await client.send(new PutParameterCommand({ Name: name, Value: value, Type: 'SecureString', Overwrite }))
  }

  return {
    async get(source, name) {
      const parameter = secretParameter(stage, source, name)
      const value = await read(parameter)
      if (value) return value
      throw new TidemarkError('credentials', `source '${source}' has no '${name}': ${putCommand(parameter)}`)
    },

    async put(source, name, value) {
      const parameter = secretParameter(stage, source, name)
      if (!value) throw invalid(`the new '${name}' of source '${source}' is empty; expected a secret`)
      await write(parameter, value, true).catch((cause) => {
        throw failure(cause, parameter)
      })
    },

    async pepper() {
      const parameter = pepperParameter(stage)
      const found = await read(parameter)
      if (found) return checkPepper(found, parameter)
      // Of several that make one at once, the first wins.
      await write(parameter, randomBytes(32).toString('hex'), false).catch((cause) => {
        if ((cause as Error).name !== 'ParameterAlreadyExists') throw failure(cause, parameter)
      })
      return checkPepper(await read(parameter), parameter)
    },
  }
}

/**
 * The parameter of a secret.
 * @throws `invalid` for a name that cannot be part of one
 */
export function secretParameter(stage: string, source: string, name: string): string {
  // What can be a variable can be a parameter, so that a source runs here and there.
  secretVariable(source, name)
  return `/tidemark/${stage}/${source}/${name}`
}

const pepperParameter = (stage: string) => `/tidemark/${stage}/pepper`

/** How an operator sets a parameter, without the secret in the shell's history: it is pasted, then Ctrl-D. */
const putCommand = (parameter: string) =>
  `aws ssm put-parameter --name ${parameter} --type SecureString --overwrite --value "$(cat)"`

function failure(cause: unknown, parameter: string): unknown {
  const { name } = cause as Error
  if (name === 'TooManyUpdates') {
    return new TidemarkError('limited', `parameter '${parameter}' is being written by others; try again`, { cause })
  }
  if (!/^AccessDenied/.test(name)) return awsError(cause, `parameter '${parameter}'`)
  return invalid(
    `AWS refuses the use of parameter '${parameter}' (${name}); deploy again, so that this function's policy names it, or grant it to who asks`,
    cause,
  )
}

function checkPepper(pepper: string, parameter: string): string {
  if (/^[0-9a-f]{64}$/.test(pepper)) return pepper
  throw invalid(
    `the pepper in ${parameter} has ${pepper.length} characters or is no hex; expected 64 lower-case hex digits: restore ` +
      'an earlier version of the parameter, because with a new one nobody is recognized any more',
  )
}
