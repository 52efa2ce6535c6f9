import { createReadStream } from 'node:fs'
import { matchesGlob, normalize } from 'node:path/posix'
import { invalid } from '../kit/errors.ts'
import type { Files } from '../kit/source.ts'
import type { Lake } from '../store/lake.ts'

/**
 * Files that somebody put into a source's drop box, `drop/<source id>/` of the lake. A pattern is a path or a glob below
 * it, and names are what they are beside the config on a laptop. Names that no lake key can have are passed over.
 */
export function dropBox(lake: Pick<Lake, 'list' | 'file'>, source: string): Files {
  const box = `drop/${source}/`
  return {
    async *open(pattern) {
      const path = normalize(pattern)
      const names: string[] = []
      for await (const { key } of lake.list(box)) {
        const name = key.slice(box.length)
        if (name === path || matchesGlob(name, path)) names.push(name)
      }
      // A name is taken literally where there is such a file, whatever characters it holds.
      const found = names.includes(path) ? [path] : names
      if (found.length === 0) {
        throw invalid(
          `no file matches '${pattern}' in the drop box ${box}; upload it: aws s3 cp ${path} s3://<bucket>/${box}${path}`,
        )
      }
      for (const name of found.sort()) yield { name, chunks: chunks(lake, `${box}${name}`) }
    },
  }
}

async function* chunks(lake: Pick<Lake, 'file'>, key: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(await lake.file(key))
}
