import { randomUUID } from 'node:crypto'
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createTable, noDynoxide, startDynoxide } from '../store/dynoxide.ts'
import { withoutCohorts } from './canonical-dump.ts'
import { Folders, type Home, homeIn } from './homes.ts'
import { type KillCase, killCases } from './kill-cases.ts'
import { chapters } from './kill-fixture.ts'
import { type Env, spawnCollect } from './spawn-collect.ts'
import { type Undisturbed, undisturbed } from './undisturbed.ts'

const HOUR_MS = 3_600_000
const noServer = process.env.AWS_ENDPOINT_URL_S3 ? undefined : 'AWS_ENDPOINT_URL_S3 names no S3 server'
const folders = new Folders()
let server: Awaited<ReturnType<typeof startDynoxide>>
/** What the SDK reads, here and in every process that is started. */
let aws: Env
/** Lived with a directory and SQLite: what a home says does not depend on where it is kept. */
let model: Undisturbed

beforeAll(async () => {
  if (noDynoxide || !process.env.TIDEMARK_CASES) return
  server = await startDynoxide()
  const { protocol, hostname, port } = await server.client.config.endpoint!()
  const { AWS_ACCESS_KEY_ID = 'test', AWS_SECRET_ACCESS_KEY = 'test', AWS_REGION = 'eu-central-1' } = process.env
  aws = {
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    AWS_REGION,
    AWS_ENDPOINT_URL_DYNAMODB: `${protocol}//${hostname}:${port}`,
    ...(!noServer && { AWS_ENDPOINT_URL_S3: process.env.AWS_ENDPOINT_URL_S3! }),
  }
  for (const [name, value] of Object.entries(aws)) vi.stubEnv(name, value)
  model = await undisturbed(folders)
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await server?.stop()
  folders[Symbol.dispose]()
})

async function newTable(): Promise<Env> {
  const table = `tidemark-${randomUUID()}`
  await createTable(server.client, table)
  return { ...aws, TIDEMARK_TABLE: table }
}

async function dropTable({ env }: Home): Promise<void> {
  await server.client.send(new DeleteTableCommand({ TableName: env.TIDEMARK_TABLE }))
  await createTable(server.client, env.TIDEMARK_TABLE!)
}

/** A directory and a DynamoDB table. */
const mixed = async () => homeIn(folders.make(), { ...(await newTable()), KILL_PAIR: 'mixed' })

/** An S3 bucket and a DynamoDB table, as deployed. */
async function deployed(): Promise<Home> {
  const bucket = `tidemark-${randomUUID()}`
  await new S3Client({}).send(new CreateBucketCommand({ Bucket: bucket }))
  return homeIn(folders.make(), { ...(await newTable()), TIDEMARK_STORE: 'aws', TIDEMARK_BUCKET: bucket })
}

/** One home each, killed in every chapter for which there is still a case. */
function lives(cases: readonly KillCase[]): (readonly (KillCase | undefined)[])[] {
  const byChapter = [...chapters.keys()].map((chapter) => cases.filter((one) => one.chapter === chapter))
  const most = Math.max(...byChapter.map(({ length }) => length))
  return Array.from({ length: most }, (_, i) => byChapter.map((found) => found[i]))
}

async function survive(home: Home, life: readonly (KillCase | undefined)[]): Promise<void> {
  for (const [chapter, one] of life.entries()) {
    if (one) {
      expect(await home.kill(chapter, one.moment), JSON.stringify(one)).toEqual({ by: 'SIGKILL', told: undefined })
      if (one.rebuild) {
        await dropTable(home)
        await home.rebuild()
      }
    }
    await home.collect(chapter)
    expect(await home.dump(), JSON.stringify(one)).toBe(model.dumps[chapter])
  }
}

async function surviveAll(newHome: () => Promise<Home>, waiting: ReturnType<typeof lives>): Promise<void> {
  async function lane() {
    for (let life = waiting.shift(); life; life = waiting.shift()) {
      const home = await newHome()
      await survive(home, life)
      await surviveLoss(home)
    }
  }
  await Promise.all([lane(), lane()])
}

async function surviveLoss(home: Home): Promise<void> {
  await dropTable(home)
  await home.rebuild()
  expect(await home.dump()).toBe(withoutCohorts(model.dumps.at(-1)!))
  await home.dropDerived()
  await home.collect(chapters.length - 1)
  expect(await home.dump()).toBe(model.dumps.at(-1))
}

/** A life takes seconds; `npm test` kills on directory and SQLite only. */
const noTime = noDynoxide ?? (process.env.TIDEMARK_CASES ? undefined : 'TIDEMARK_CASES=1 tries it')

describe.skipIf(noTime)(`directory and DynamoDB${noTime ? ` (skipped: ${noTime})` : ''}`, () => {
  it('loses nothing and doubles nothing, wherever it is killed, and when its table or what was derived is lost', {
    timeout: HOUR_MS,
  }, async () => {
    await surviveAll(mixed, lives(killCases(model.writes)))
  })
})

const noPair = noTime ?? noServer

describe.skipIf(noPair)(`S3 and DynamoDB${noPair ? ` (skipped: ${noPair})` : ''}`, () => {
  it('loses nothing and doubles nothing, wherever it is killed, and when its table or what was derived is lost', {
    timeout: HOUR_MS,
  }, async () => {
    await surviveAll(deployed, lives(killCases(model.writes)))
  })

  it('has one effect if two are started at once', async () => {
    const { env, dump } = await deployed()
    const errand = { chapter: 0, moment: null, pause: false }
    const both = await Promise.all([spawnCollect(env, errand).ended, spawnCollect(env, errand).ended])
    expect(both.map(({ by }) => by)).toEqual([0, 0])
    expect(await dump()).toBe(model.dumps[0])
  })
})
