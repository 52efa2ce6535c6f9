import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { invalid } from '../kit/errors.ts'
import { openDirectory } from './directory.ts'
import { openEnv } from './env.ts'
import type { Lake } from './lake.ts'
import { lateLake } from './late-lake.ts'
import type { Secrets } from './secrets.ts'
import { openSqlite } from './sqlite.ts'
import type { Table } from './table.ts'

/** Everything that lasts. */
export interface Store {
  readonly lake: Lake
  readonly table: Table
  readonly secrets: Secrets
  close(): Promise<void>
}

type Env = { readonly [name: string]: string | undefined }

/**
 * Opens the store that the environment names: the directory `TIDEMARK_HOME` (`.tidemark` unless set), or with
 * `TIDEMARK_STORE=aws` the bucket `TIDEMARK_BUCKET` and the table `TIDEMARK_TABLE`. Secrets come from SSM where
 * `TIDEMARK_STAGE` names a deployment in AWS, and from the environment otherwise. Rows expire by the real clock, also in a
 * rehearsal with `TIDEMARK_NOW`: leases are about processes, not about days.
 * @throws `invalid` naming the variable or the path that is wrong
 */
export async function openStore(env: Env = process.env): Promise<Store> {
  const home = resolve(env.TIDEMARK_HOME || '.tidemark')
  const secretsOfEnv = openEnv({ home, env })
  const [lake, table, secrets = secretsOfEnv] = env.TIDEMARK_STORE ? await inAws(env) : inHome(home)
  return {
    lake,
    table,
    secrets,
    async close() {
      await Promise.all([lake.close(), table.close()])
    },
  }
}

/**
 * Whether Lambda runs this process.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export const isLambda = (env: Env = process.env): boolean => Boolean(env.AWS_LAMBDA_FUNCTION_NAME)

type Opened = [lake: Lake, table: Table, secrets?: Secrets]

function inHome(home: string): Opened {
  const trial = join(home, `.trial-${randomUUID()}`)
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 })
    writeFileSync(trial, '')
    rmSync(trial)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw invalid(
      `cannot write to ${home} (${code}); set TIDEMARK_HOME to a directory that can be made and written`,
      cause,
    )
  }
  return [openDirectory(join(home, 'lake')), openSqlite(join(home, 'tidemark.sqlite'))]
}

/** Imported here, so that a laptop does not load the SDK. */
async function inAws(env: Env): Promise<Opened> {
  if (env.TIDEMARK_STORE !== 'aws') {
    throw invalid(`TIDEMARK_STORE is '${env.TIDEMARK_STORE}'; expected 'aws', or nothing for a local directory`)
  }
  const bucket = required(env, 'TIDEMARK_BUCKET', "the bucket's name")
  const table = required(env, 'TIDEMARK_TABLE', "the table's name")
  const stage = env.TIDEMARK_STAGE
  const [{ openDynamodb }, ssm] = await Promise.all([import('./dynamodb.ts'), stage ? import('./ssm.ts') : undefined])
  const lake = lateLake(async () => (await import('./s3.ts')).openS3({ bucket }))
  const stores: [Lake, Table] = [lake, openDynamodb({ table })]
  return stage && ssm ? [...stores, ssm.openSsm({ stage })] : stores
}

function required(env: Env, name: string, what: string): string {
  const value = env[name]
  if (!value) throw invalid(`${name} is not set, but TIDEMARK_STORE is 'aws'; set it to ${what}`)
  return value
}
