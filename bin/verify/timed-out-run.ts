import type { Claim } from './claim.ts'
import { fail, notShown, pass } from './claim.ts'
import { runDeployed } from './run-workflow.ts'

/** The least that Lambda can be told: no reading is done by then. */
const TOO_LITTLE = { seconds: 1, memory: 128 }
const KILLED = /Timedout|Timeout|ExitError|Lambda\.Unknown|^died$/

/** Has Lambda kill the reading of the dropped file, and repeats it with what it needs. */
export const timedOutRun: Claim = {
  claim: 'a run that is timed out and repeated gives the same snapshot',
  async look(bench) {
    const { stack, undo, notes, ask, say, day } = bench
    const { dropped, key, snapshot } = notes
    if (!dropped || !key || !snapshot) return notShown('nothing', 'it takes a dropped file and its snapshot; see above')
    const name = `ingest-${dropped.source}`
    const { seconds, memory } = await stack.function(name)
    const wanted = { source: dropped.source, streams: [dropped.stream], again: true }
    const back = undo.add({
      what: `function tidemark-${stack.stage}-${name} has ${TOO_LITTLE.seconds} s and ${TOO_LITTLE.memory} MB`,
      byHand: `aws lambda update-function-configuration --function-name tidemark-${stack.stage}-${name} --timeout ${seconds} --memory-size ${memory}`,
      back: () => stack.setLimits(name, { seconds, memory }),
    })
    await stack.setLimits(name, TOO_LITTLE)
    const killed = await runDeployed(bench, wanted)
    await back()
    const error = killed.output.results.find((one) => one.error)?.error?.Error ?? 'nothing'
    const done = `gave ${name} ${TOO_LITTLE.seconds} s and ${TOO_LITTLE.memory} MB, ran it, gave it back ${seconds} s and ${memory} MB, ran it again`
    if (!KILLED.test(error)) return notShown(done, `it was not killed, but ended with ${error}`)
    const between = await ask(`/v1/snapshots/${day}`, key.key)
    say(`killed (${error}); once more`)
    const { output, seconds: took } = await runDeployed(bench, wanted)
    const status = output.results.find(({ stream }) => stream === dropped.stream)?.status
    const after = await ask(`/v1/snapshots/${day}`, key.key)
    const what = `${error}, then ${status} in ${took} s`
    if (between.body !== snapshot) return fail(done, `${what}; the killed run changed the snapshot`)
    if (status !== 'ok' || after.body !== snapshot) return fail(done, `${what}; the snapshot is another one`)
    return pass(done, `${what}; the snapshot is the same, byte for byte, after both`)
  },
}
