import { glob } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { Claim } from './claim.ts'
import { fail, notShown, pass } from './claim.ts'
import { runDeployed } from './run-workflow.ts'

/** Drops the files that the config's first CSV source names, and collects it. */
export const droppedFile: Claim = {
  claim: 'a CSV that is dropped becomes facts, and a snapshot is computed',
  async look(bench) {
    const { config, folder, undo, outputs, say } = bench
    const source = config.sources.find(({ definition }) => definition.name === 'csv')
    if (!source) return notShown('nothing', 'the config has no csv source')
    const { id, options } = source
    const pattern = (options as { file: string }).file
    const names = await filesBeside(folder, pattern)
    if (names.length === 0) {
      return notShown('nothing', `no file matches '${pattern}' beside the config; put one there that may be dropped`)
    }
    let bytes = 0
    for (const name of names) {
      const key = `drop/${id}/${name}`
      say(`dropping ${name}`)
      const dropped = await bench.drop(key, join(folder, name))
      bytes += dropped.bytes
      const at = `s3://${outputs.Bucket}/${key}`
      undo.add({ what: at, byHand: `aws s3 rm ${at}`, back: () => dropped.takeBack() })
    }
    const [stream = 'rows'] = Object.keys(source.streams)
    const done = `put ${names.length} file${names.length === 1 ? '' : 's'} (${bytes} bytes) below drop/${id}/, ran the workflow for it`
    const { output, seconds } = await runDeployed(bench, { source: id, streams: [stream] })
    const read = output.results.find((one) => one.error || one.stream === stream)
    const what = `${id}.${stream} ${read?.status}, ${read?.records} records, ${read?.facts} facts; compute ${output.compute.status}; ${seconds} s`
    if (read?.error) return fail(done, `${what}; ${read.error.Error}: ${read.error.Cause}`)
    if (output.compute.error) return fail(done, `${what}; ${output.compute.error.Error}: ${output.compute.error.Cause}`)
    if (read?.status !== 'ok' || !read.facts || output.compute.status !== 'done') return fail(done, what)
    bench.notes.dropped = { source: id, stream }
    return pass(done, what)
  },
}

async function filesBeside(folder: string, pattern: string): Promise<readonly string[]> {
  if (isAbsolute(pattern)) return []
  const names: string[] = []
  for await (const name of glob(pattern, { cwd: folder })) names.push(name)
  return names.sort()
}
