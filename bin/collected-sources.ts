import { isAbsolute, normalize } from 'node:path/posix'
import type { Config } from '../functions/kit/config.ts'
import { invalid } from '../functions/kit/errors.ts'
import { InAws } from '../functions/kit/in-aws.ts'
import type { Source } from '../functions/kit/source.ts'
import type { CollectedSource } from '../lib/ingest.ts'

/**
 * What infrastructure has to know of the sources of a config.
 * @throws `invalid` for a file outside the drop box, with the command that puts it there
 */
export function collectedSources({ sources, aws = InAws.parse({}) }: Pick<Config, 'sources' | 'aws'>, stage: string) {
  return sources.map((source): CollectedSource => {
    const { id, definition, streams } = source
    const file = fileOf(source)
    if (file !== null) checkFile(id, file, stage)
    return {
      id,
      streams: Object.keys(streams),
      secrets: [...definition.secrets, ...(definition.optionalSecrets ?? [])],
      dropBox: file !== null,
      cadence: aws.schedules[id] ?? aws.schedule,
    }
  })
}

/** The path or glob that a source reads files by. */
function fileOf({ definition, options }: Source): string | null {
  return definition.name === 'csv' ? (options as { file: string }).file : null
}

function checkFile(id: string, file: string, stage: string): void {
  const path = normalize(file)
  if (!isAbsolute(path) && !path.startsWith('..')) return
  const name = path.split('/').at(-1)
  throw invalid(
    `source '${id}' reads '${file}', which is no path below the config, and Lambda has no such file; in AWS it lies in ` +
      `the drop box: say file: '${name}', and upload it: aws s3 cp ${file} s3://<bucket of tidemark-${stage}>/drop/${id}/${name}`,
  )
}
