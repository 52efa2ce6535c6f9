import { randomBytes } from 'node:crypto'
import type { Claim, Seen } from './claim.ts'
import { fail, notShown, pass } from './claim.ts'
import { runDeployed } from './run-workflow.ts'

const HEARD_MS = 60_000
const POLL_MS = 2_000

/** Sets a wrong secret of the first source that has one, and listens to what people are told. */
export const brokenSecret: Claim = {
  claim: 'a broken secret reaches people, with what to do',
  async look(bench) {
    const { stack, config, undo, say, pause } = bench
    const found = config.sources
      .filter(({ definition }) => definition.secrets.length > 0)
      .map((source) => ({
        source,
        // A stream that only reads "now" asks nobody at most hours of the day.
        stream: Object.entries(source.streams).find(([, { past }]) => past !== false)?.[0],
      }))
      .find(({ stream }) => stream)
    if (!found?.stream) return notShown('nothing', 'the config has no source with a secret and a past')
    const { source, stream } = found
    const secret = `${source.id}/${source.definition.secrets[0]}`
    const name = `/tidemark/${stack.stage}/${secret}`
    const queue = `tidemark-${stack.stage}-verify-${randomBytes(4).toString('hex')}`
    const listener = bench.listen(queue)
    undo.add({
      what: `queue ${queue}, and its subscription`,
      byHand: 'delete both in the consoles of SQS and SNS',
      back: () => listener.close(),
    })
    await listener.open()
    const before = await stack.parameter(secret)
    const back = undo.add({
      what: `parameter ${name} is wrong`,
      byHand:
        before === null
          ? `aws ssm delete-parameter --name ${name}`
          : `aws ssm get-parameter-history --name ${name} --with-decryption, and put the version before back`,
      back: () => (before === null ? stack.deleteParameter(secret) : stack.setParameter(secret, before)),
    })
    await stack.setParameter(secret, `wrong-${randomBytes(12).toString('hex')}`)
    await runDeployed(bench, { source: source.id, streams: [stream], again: true })
    await back()
    const done = `set ${name} to a wrong value, ran the workflow for ${source.id}.${stream}, ${before === null ? 'deleted it' : 'put it back'}`
    const about = `${source.id}.${stream}: `
    for (let waited = 0; waited <= HEARD_MS; waited += POLL_MS) {
      const message = (await listener.heard()).find((text) => text.includes(about))
      if (message) return judge(done, message, `${about}credentials`)
      say(`waiting for the message, ${waited / 1000} s`)
      await pause(POLL_MS)
    }
    return fail(done, `no message about it came within ${HEARD_MS / 1000} s`)
  },
}

function judge(done: string, message: string, expected: string): Seen {
  const seen = `the topic's subscribers got: ${message.replaceAll('\n', ' ')}`
  if (message.includes(expected)) return pass(done, seen)
  if (/: (unavailable|limited): /.test(message)) return notShown(done, `the vendor was not reached; ${seen}`)
  return fail(done, `${seen}; expected '${expected}'`)
}
