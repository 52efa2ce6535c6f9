import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import { invalid, TidemarkError } from '../kit/errors.ts'
import { awsError } from './aws-error.ts'
import type { Lake } from './lake.ts'
import { isLakeKey, lakeKey, lakePrefix } from './lake-key.ts'

interface S3Options {
  readonly bucket: string
  /** @default - one of this lake's own, for the credentials, the region and the endpoint of the environment */
  readonly client?: S3Client
}

/** Most keys of one DeleteObjects. */
const DELETE_BATCH = 1000
const CREATE_TRIES = 8

/**
 * A lake in an S3 bucket. Objects whose keys no lake can have are left alone and never listed.
 *
 * `file` keeps copies in a temporary directory of this process until `close`; S3 is asked each time whether the copy is
 * still the object, and an object that changed gets a new file beside the old one.
 */
export function openS3({ bucket, client: given }: S3Options): Lake {
  const client =
    given ?? new S3Client({ requestHandler: { connectionTimeout: 5_000, socketTimeout: 30_000 }, maxAttempts: 6 })
  const what = `bucket '${bucket}'`
  const fail = (cause: unknown): never => {
    throw awsError(cause, what)
  }
  const at = (key: string) => ({ Bucket: bucket, Key: lakeKey(key) })

  /** What a broken or damaged transfer throws has no common shape: whatever it is, the next try may succeed. */
  const broken = (cause: unknown): never => {
    throw new TidemarkError('unavailable', `an object of ${what} did not arrive whole; try again`, { cause })
  }

  async function open(key: string, etag?: string) {
    try {
      return await client.send(new GetObjectCommand({ ...at(key), IfNoneMatch: etag }))
    } catch (cause) {
      return statusOf(cause) === 304 ? 'unchanged' : unlessMissing(cause)
    }
  }

  function unlessMissing(cause: unknown): undefined {
    const { name } = cause as Error
    return name === 'NoSuchKey' || name === 'NotFound' ? undefined : fail(cause)
  }

  let folder: Promise<string> | undefined
  let copied = 0
  const copies = new Map<string, { readonly etag: string | undefined; readonly file: string }>()
  const underWay = new Map<string, Promise<string>>()

  async function copy(key: string): Promise<string> {
    const before = copies.get(key)
    const found = await open(key, before?.etag)
    if (found === 'unchanged' && before) return before.file
    if (!found || found === 'unchanged') throw invalid(`${what} holds no object '${key}'`)
    folder ??= mkdtemp(join(tmpdir(), 'tidemark-'))
    const file = join(await folder, String(copied++), key)
    await mkdir(dirname(file), { recursive: true })
    await pipeline(found.Body as Readable, createWriteStream(file)).catch((cause) => {
      if (cause.code !== 'ENOSPC') return broken(cause)
      throw invalid(`no space is left for copies of objects in ${dirname(file)}; free some or give it more`, cause)
    })
    copies.set(key, { etag: found.ETag, file })
    return file
  }

  return {
    async put(key, body) {
      await client.send(new PutObjectCommand({ ...at(key), Body: body })).catch(fail)
    },

    async create(key, body) {
      const claim = randomUUID()
      const command = new PutObjectCommand({ ...at(key), Body: body, IfNoneMatch: '*', Metadata: { claim } })
      for (let tries = 1; ; tries++) {
        try {
          await client.send(command)
          return true
        } catch (cause) {
          const { attempts = 1 } = (cause as { $metadata?: { attempts?: number } }).$metadata ?? {}
          if (statusOf(cause) === 412) {
            // The SDK repeats a write whose answer was lost, and S3 then refuses it because of itself.
            if (attempts === 1 && tries === 1) return false
            const found = await client.send(new HeadObjectCommand(at(key))).catch(unlessMissing)
            return found?.Metadata?.claim === claim
          }
          // Two at once: S3 asks for another try, https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
          if (statusOf(cause) !== 409 || tries === CREATE_TRIES) return fail(cause)
          await setTimeout(Math.random() * 25 * 2 ** tries)
        }
      }
    },

    async get(key) {
      const found = await open(key)
      return found === 'unchanged' ? undefined : found?.Body?.transformToByteArray().catch(broken)
    },

    async *list(prefix) {
      const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: lakePrefix(prefix) })
      try {
        for await (const page of pages) {
          for (const { Key: key = '', Size: bytes = 0 } of page.Contents ?? []) if (isLakeKey(key)) yield { key, bytes }
        }
      } catch (cause) {
        throw awsError(cause, what)
      }
    },

    async delete(keys) {
      const objects = keys.map((key) => ({ Key: lakeKey(key) }))
      for (let i = 0; i < objects.length; i += DELETE_BATCH) {
        const Delete = { Objects: objects.slice(i, i + DELETE_BATCH), Quiet: true }
        const { Errors: errors = [] } = await client
          .send(new DeleteObjectsCommand({ Bucket: bucket, Delete }))
          .catch(fail)
        const [first] = errors
        if (first) fail(Object.assign(new Error(`${first.Key}: ${first.Message}`), { name: first.Code }))
      }
    },

    file(key) {
      const waited = underWay.get(key) ?? copy(key).finally(() => underWay.delete(key))
      underWay.set(key, waited)
      return waited
    },

    async close() {
      if (!given) client.destroy()
      if (folder) await rm(await folder, { recursive: true, force: true })
    },
  }
}

const statusOf = (cause: unknown) =>
  (cause as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode
