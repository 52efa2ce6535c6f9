import { collectedSources } from '../collected-sources.ts'
import type { Claim } from './claim.ts'
import { fail, notShown, pass } from './claim.ts'

/** Functions that have no business with any secret. */
const WITHOUT = ['compute', 'api', 'watch']

/** Asks IAM's own simulator what each role may read. */
export const foreignSecret: Claim = {
  claim: "no function can read another source's secret",
  notEvidence: 'the emulator decides by its own reading of policies, and enforces none of it',
  async look({ stack, config, say }) {
    const sources = collectedSources(config, stack.stage)
    const all = sources.flatMap(({ id, secrets }) => secrets.map((name) => ({ id, name: `${id}/${name}` })))
    if (new Set(all.map(({ id }) => id)).size < 2) return notShown('nothing', 'fewer than two sources have a secret')
    const wrong: string[] = []
    let asked = 0
    for (const name of [...sources.map(({ id }) => `ingest-${id}`), ...WITHOUT]) {
      say(`asking about the role of ${name}`)
      const { role } = await stack.function(name)
      const may = await stack.mayRead(
        role,
        all.map((secret) => stack.parameterArn(secret.name)),
      )
      for (const [i, allowed] of may.entries()) {
        asked++
        const secret = all[i]!
        if (allowed !== (name === `ingest-${secret.id}`)) {
          wrong.push(`${name} ${allowed ? 'may' : 'may not'} read ${secret.name}`)
        }
      }
    }
    const done = `asked IAM's simulator about ${asked} pairs of role and secret, own ones too`
    if (wrong.length > 0) return fail(done, wrong.join('; '))
    return pass(done, `${all.length} are allowed, each to its own source; ${asked - all.length} are denied`)
  },
}
