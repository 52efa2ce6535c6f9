import { defineCommand } from 'citty'
import type { Annotation } from '../functions/store/rows.ts'
import { askApi } from './ask-api.ts'
import { openDeployment } from './open-deployment.ts'
import { json, type Outcome } from './outcome.ts'
import { textTable } from './text-table.ts'

const id = { type: 'positional', description: 'Its id, as annotate list shows it', required: true } as const

const add = defineCommand({
  meta: { name: 'add', description: 'Note what happened on some days: a campaign, an outage, a price change' },
  args: {
    title: { type: 'positional', description: 'What happened, in up to 120 characters', required: true },
    from: { type: 'string', valueHint: 'day', description: 'First day, YYYY-MM-DD', required: true },
    to: { type: 'string', valueHint: 'day', description: 'Last day, included; the first if absent' },
    channel: { type: 'string', description: 'Where it took place, if in one channel: email, social, …' },
    tag: { type: 'string', valueHint: 'tag,…', description: 'Words to find it by' },
    text: { type: 'string', description: 'More, in up to 2,000 characters' },
    url: { type: 'string', description: 'Where to read on; http or https' },
    json,
  },
  async run({ args }): Promise<Outcome> {
    const { title, from, to, channel, tag, text, url } = args
    const tags = tag?.split(',').map((one) => one.trim())
    const fields = { date_from: from, date_to: to, title, text, tags, url, channel }
    await using deployment = await openDeployment()
    const body = await askApi(deployment, '/v1/annotations', { method: 'POST', body: fields })
    const { id: made, date_from, date_to } = JSON.parse(body) as Annotation
    return { ok: true, json: body, text: `${made}\n\nnoted '${title}' for ${days({ date_from, date_to })}` }
  },
})

const list = defineCommand({
  meta: { name: 'list', description: 'What happened on which days, in the order of their first days' },
  args: {
    from: { type: 'string', valueHint: 'day', description: 'Only what touches this day or a later one' },
    to: { type: 'string', valueHint: 'day', description: 'Only what began on this day or before' },
    tag: { type: 'string', description: 'Only what has this tag' },
    json,
  },
  async run({ args }): Promise<Outcome> {
    const { from, to, tag } = args
    const query = new URLSearchParams({ ...(from && { from }), ...(to && { to }), ...(tag && { tag }), limit: '1000' })
    await using deployment = await openDeployment()
    const annotations: Annotation[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      if (cursor !== '') query.set('cursor', cursor)
      const page = JSON.parse(await askApi(deployment, `/v1/annotations?${query}`)) as Page
      annotations.push(...page.annotations)
      cursor = page.next_cursor
    }
    const rows = annotations.map((one) => [
      one.id,
      days(one),
      one.title,
      one.channel,
      one.tags.join(','),
      one.created_by,
    ])
    const headings = ['id', 'days', 'title', 'channel', 'tags', 'by']
    const none = 'no annotations; add one: tidemark annotate add <title> --from <day>'
    return { ok: true, json: { annotations }, text: rows.length > 0 ? textTable(headings, rows) : none }
  },
})

interface Page {
  readonly annotations: readonly Annotation[]
  readonly next_cursor: string | null
}

const remove = defineCommand({
  meta: { name: 'delete', description: 'Delete an annotation' },
  args: { id, json },
  async run({ args }): Promise<Outcome> {
    await using deployment = await openDeployment()
    const body = await askApi(deployment, pathOf(args.id), { method: 'DELETE' })
    return { ok: true, json: body, text: `deleted ${args.id}` }
  },
})

const effect = defineCommand({
  meta: { name: 'effect', description: 'What a metric was before, during and after, weekday by weekday' },
  args: { id, metric: { type: 'string', valueHint: 'id', description: 'The metric to look at', required: true }, json },
  async run({ args }): Promise<Outcome> {
    await using deployment = await openDeployment()
    const body = await askApi(deployment, `${pathOf(args.id)}/effect?${new URLSearchParams({ metric: args.metric })}`)
    const { annotation, sentence } = JSON.parse(body) as { annotation: Annotation; sentence: string }
    return { ok: true, json: body, text: `${annotation.title} (${days(annotation)})\n${sentence}` }
  },
})

/** `tidemark annotate` */
export const annotate = defineCommand({
  meta: { name: 'annotate', description: 'Notes and campaigns on days, and what a metric did around them' },
  subCommands: { add, list, delete: remove, effect },
})

const pathOf = (given: string) => `/v1/annotations/${encodeURIComponent(given)}`

const days = ({ date_from, date_to }: Pick<Annotation, 'date_from' | 'date_to'>) =>
  date_from === date_to ? date_from : `${date_from} to ${date_to}`
