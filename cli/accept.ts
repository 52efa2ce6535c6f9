import { randomUUID } from 'node:crypto'
import { defineCommand } from 'citty'
import { accept as acceptHeld } from '../functions/ingest/accept.ts'
import { day } from '../functions/kit/day.ts'
import { localHolder } from '../functions/store/lease.ts'
import { collectDays } from './collect-days.ts'
import { collectedOutcome } from './collected-outcome.ts'
import { plural } from './describe-progress.ts'
import { openDeployment } from './open-deployment.ts'
import { openProgress } from './open-progress.ts'
import { json, type Outcome } from './outcome.ts'

/** `tidemark accept` */
export const accept = defineCommand({
  meta: { name: 'accept', description: 'Let a held day in, then compute what that changed' },
  args: {
    source: { type: 'positional', description: 'Id of the source', required: true },
    stream: { type: 'positional', description: 'Name of the stream', required: true },
    day: { type: 'positional', description: 'YYYY-MM-DD, or all: every day held of the stream', required: true },
    json,
  },
  async run({ args }): Promise<Outcome> {
    await using deployment = await openDeployment()
    const asked = args.day === 'all' ? null : day(args.day)
    const holder = `${localHolder()}:${randomUUID()}`
    const accepted = await acceptHeld({ ...deployment, holder }, args.source, args.stream, asked)
    const view = await openProgress([])
    try {
      const range = { from: null, to: null, force: false }
      const computed = collectedOutcome(await collectDays(deployment, { ...range, sources: [] }, view))
      const { ok, compute } = computed.json as { ok: boolean; compute: object }
      const lines = accepted.map(({ day, rows, before, status }) =>
        status === 'accepted'
          ? `accepted ${args.source}.${args.stream} on ${day}: ${plural(rows, 'row')} in place of ${before.toLocaleString('en')}`
          : `a newer reading of ${args.source}.${args.stream} on ${day} is there already and stays`,
      )
      return { ok, json: { ok, accepted, compute }, text: [...lines, computed.text].join('\n') }
    } finally {
      await view.close()
    }
  },
})
