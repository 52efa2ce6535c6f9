import { randomUUID } from 'node:crypto'
import { defineCommand } from 'citty'
import { localFiles } from '../functions/ingest/local-files.ts'
import { type Health, probeSource } from '../functions/ingest/probe-source.ts'
import { localHolder } from '../functions/store/lease.ts'
import { secretVariable } from '../functions/store/secret-variable.ts'
import { chosenSources } from './chosen-sources.ts'
import { plural } from './describe-progress.ts'
import { noteExpiry } from './note-expiry.ts'
import { openDeployment } from './open-deployment.ts'
import { json, type Outcome } from './outcome.ts'

/** `tidemark doctor` */
export const doctor = defineCommand({
  meta: { name: 'doctor', description: 'Ask the vendors whether the sources can be read, and what is missing' },
  args: {
    source: { type: 'positional', description: 'Id of the source (all, unless given)', required: false },
    json,
  },
  async run({ args }): Promise<Outcome> {
    await using deployment = await openDeployment({ vendors: true })
    const { config, folder } = deployment
    const holder = `${localHolder()}:${randomUUID()}`
    const deps = { ...deployment, files: () => localFiles(folder), holder }
    const chosen = chosenSources(config.sources, args.source)
    const found = await Promise.all(
      chosen.map(async (source) => {
        const { id, definition } = source
        const names = [...definition.secrets, ...(definition.optionalSecrets ?? [])]
        const health = await probeSource(deps, source)
        await noteExpiry(deployment.store, health)
        return { ...health, secrets: names.map((name) => secretVariable(id, name)) }
      }),
    )
    const ill = found.filter(({ status }) => status !== 'ok').length
    const verdict =
      ill === 0
        ? `${plural(found.length, 'source')} can be read`
        : `${ill} of ${plural(found.length, 'source')} ${ill === 1 ? 'needs' : 'need'} a person`
    return {
      ok: ill === 0,
      json: { ok: ill === 0, sources: found },
      text: [...found.flatMap((health) => [...describe(health), '']), verdict].join('\n'),
    }
  },
})

/** What came of a source, with the variables of its secrets. */
type Found = Health & { readonly secrets: readonly string[] }

/** A line with the verdict, what was seen, and an arrow for each thing to do. */
function describe({ source, name, status, account, details, missing, error, secrets }: Found): string[] {
  const seen = { ...(account !== null && { account }), ...details }
  const width = Math.max(...Object.keys(seen).map((key) => key.length))
  const all = missing.map((one) => `${one.permission} is missing, needed for ${one.for}: ${one.grant}`)
  return [
    `${source}${source === name ? '' : ` (${name})`}: ${status}`,
    ...Object.entries(seen).map(([key, value]) => `  ${key.padEnd(width)}  ${value}`),
    ...(status === 'unchecked'
      ? [`  → its secrets are there; it declares no probe, so 'collect' has to show the rest`]
      : []),
    ...all.map((line) => `  → ${line}`),
    ...(error ? [`  → ${error.code}: ${error.message}`] : []),
    ...(error?.code === 'credentials' && !error.message.includes('TIDEMARK_')
      ? [`    its secrets are ${secrets.join(', ')}`]
      : []),
  ]
}
