import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import {
  CreateBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'
import { openS3 } from '../../functions/store/s3.ts'
import { lakeConformance } from './lake-conformance.ts'

const noServer = process.env.AWS_ENDPOINT_URL_S3 ? undefined : 'AWS_ENDPOINT_URL_S3 names no S3 server'
const itServer = it.skipIf(noServer !== undefined)

async function newBucket() {
  const client = new S3Client({})
  const bucket = `tidemark-${randomUUID()}`
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  return { client, bucket }
}

lakeConformance('s3', async () => openS3({ bucket: (await newBucket()).bucket }), noServer)

itServer('removes its copies when it is closed', async () => {
  const lake = openS3({ bucket: (await newBucket()).bucket })
  await lake.put('a/b.parquet', Buffer.from('x'))
  const [file, same] = await Promise.all([lake.file('a/b.parquet'), lake.file('a/b.parquet')])
  expect(same).toBe(file)
  expect(await lake.file('a/b.parquet')).toBe(file)
  await lake.close()
  expect(existsSync(file)).toBe(false)
})

itServer('sees what another process wrote since it made a copy', async () => {
  const { client, bucket } = await newBucket()
  const lake = openS3({ bucket })
  await lake.put('a', Buffer.from('first'))
  const file = await lake.file('a')
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'a', Body: 'second' }))
  expect(await readFile(await lake.file('a'), 'utf8')).toBe('second')
  expect(await readFile(file, 'utf8')).toBe('first')
  await lake.close()
})

itServer('passes over objects whose keys no lake can have', async () => {
  const { client, bucket } = await newBucket()
  const lake = openS3({ bucket })
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'drop/', Body: new Uint8Array() }))
  for (const Key of ['drop/my file.csv', 'drop/a.csv']) {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }))
  }
  expect(await Array.fromAsync(lake.list('drop/'))).toEqual([{ key: 'drop/a.csv', bytes: 1 }])
  await lake.close()
})

itServer('names the bucket that does not exist', async () => {
  const bucket = `nowhere-${randomUUID()}`
  const lake = openS3({ bucket })
  const refusal = { code: 'invalid', message: expect.stringContaining(`'${bucket}'`) }
  await expect(lake.put('a', Buffer.from('x'))).rejects.toMatchObject(refusal)
  await expect(lake.create('a', Buffer.from('x'))).rejects.toMatchObject(refusal)
  await expect(lake.get('a')).rejects.toMatchObject(refusal)
  await expect(lake.file('a')).rejects.toMatchObject(refusal)
  await expect(lake.delete(['a'])).rejects.toMatchObject(refusal)
  await expect(Array.fromAsync(lake.list(''))).rejects.toMatchObject(refusal)
  await lake.close()
})

/** A client that answers what a test needs and no server can be made to answer. */
function clientThat(send: (command: unknown) => Promise<unknown>): S3Client {
  return Object.assign(new S3Client({ region: 'eu-central-1' }), { send })
}

const refused = (name: string, httpStatusCode: number, attempts: number) =>
  new S3ServiceException({ name, $fault: 'client', message: name, $metadata: { httpStatusCode, attempts } })

it.each([
  ['its own, repeated because the answer was lost', 2, true, true],
  ["another's, although it was sent twice", 2, false, false],
  ["another's", 1, false, false],
])('tells whether the object that is there is %s', async (_, attempts, own, created) => {
  let claim: string | undefined
  const client = clientThat(async (command) => {
    if (command instanceof HeadObjectCommand) return { Metadata: { claim: own ? claim : 'theirs' } }
    claim = (command as PutObjectCommand).input.Metadata?.claim
    throw refused('PreconditionFailed', 412, attempts)
  })
  expect(await openS3({ bucket: 'some', client }).create('a', Buffer.from('x'))).toBe(created)
})

it('tries a create again that S3 calls a conflict of two at once', async () => {
  let tries = 0
  const client = clientThat(async () => {
    if (++tries === 1) throw refused('ConditionalRequestConflict', 409, 1)
  })
  expect(await openS3({ bucket: 'some', client }).create('a', Buffer.from('x'))).toBe(true)
  expect(tries).toBe(2)
})

it('says so when an object of many cannot be deleted, and sends at most 1000 at once', async () => {
  const sent: number[] = []
  const client = clientThat(async (command) => {
    const objects = (command as { input: { Delete: { Objects: unknown[] } } }).input.Delete.Objects
    sent.push(objects.length)
    return objects.length < 1000 ? { Errors: [{ Key: 'k2000', Code: 'AccessDenied', Message: 'Access Denied' }] } : {}
  })
  const keys = Array.from({ length: 2001 }, (_, i) => `k${i}`)
  await expect(openS3({ bucket: 'some', client }).delete(keys)).rejects.toMatchObject({
    code: 'credentials',
    message: expect.stringContaining('k2000'),
  })
  expect(sent).toEqual([1000, 1000, 1])
})

it('calls a transfer that broke off unavailable', async () => {
  const transformToByteArray = () => Promise.reject(new Error('aborted'))
  const client = clientThat(async () => ({ Body: { transformToByteArray } }))
  await expect(openS3({ bucket: 'some', client }).get('a')).rejects.toMatchObject({ code: 'unavailable' })
})
