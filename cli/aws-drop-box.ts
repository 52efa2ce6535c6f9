import { readFile } from 'node:fs/promises'
import { DeleteObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'

/** A file that was put into a drop box, and how to take it out again. */
export interface Dropped {
  readonly bytes: number
  /** Makes the object what it was before: an earlier version of it, or none. */
  takeBack(): Promise<void>
}

/** Drops a file for a source under the path that its config says. */
export async function dropFile(bucket: string, key: string, file: string): Promise<Dropped> {
  const s3 = new S3Client({})
  const object = { Bucket: bucket, Key: key }
  const Body = await readFile(file)
  const before = await s3.send(new HeadObjectCommand(object)).catch((cause: Error) => {
    if (cause.name !== 'NotFound') throw cause
  })
  const { VersionId } = await s3.send(new PutObjectCommand({ ...object, Body }))
  if (!VersionId && before) throw new Error(`${bucket} keeps no versions, so that ${key} could not be put back`)
  return {
    bytes: Body.length,
    async takeBack() {
      // In a versioned bucket, the version before is then the newest again.
      await s3.send(new DeleteObjectCommand({ ...object, ...(VersionId && { VersionId }) }))
      s3.destroy()
    },
  }
}
