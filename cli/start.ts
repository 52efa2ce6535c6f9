import { defineCommand } from 'citty'
import { dashboardOf } from '../functions/api/dashboard.ts'
import { createKey, listKeys, revokeKey } from '../functions/api/keys.ts'
import type { Day } from '../functions/kit/day.ts'
import { buildDashboard } from './build-dashboard.ts'
import { collectDays } from './collect-days.ts'
import { collectedOutcome } from './collected-outcome.ts'
import { trailingDays } from './day-range.ts'
import { lockHome } from './home-lock.ts'
import { closeOnSignal, expectSignal } from './on-signal.ts'
import { openApp } from './open-app.ts'
import { type Deployment, homeOf, openDeployment } from './open-deployment.ts'
import { openProgress } from './open-progress.ts'
import { json, type Outcome } from './outcome.ts'
import { nextDaily, repeatDaily } from './repeat-daily.ts'
import { serveApp } from './serve-app.ts'
import { wholeNumber } from './whole-number.ts'

const DEMO_NOTICE = `demo data: moved to these days and played by simulators; not your company's numbers
  HubSpot and the till         purchases of The Complete Journey (84.51° / dunnhumby)
  Google and Adobe Analytics   days of upworthy.com (the Upworthy Research Archive), a thousandth of each count
  Facebook, Instagram and X    posts of one of the Facebook Live Sellers in Thailand (Dehouche, UCI)
  LinkedIn and YouTube         invented: the ups and downs of that website
  licences, and what was changed: sandbox/demo/README.md
`
const KEY_NAME = 'tidemark start'
const KEY_DAYS = 7
const DAY_MS = 86_400_000

/** `tidemark start` */
export const start = defineCommand({
  meta: { name: 'start', description: 'Collect, compute and show: everything on this machine' },
  args: {
    days: { type: 'string', valueHint: 'n', description: 'Days to have, up to yesterday', default: '60' },
    port: { type: 'string', valueHint: 'n', description: 'Port of the API and its page', default: '8787' },
    once: { type: 'boolean', description: 'Stop after computing' },
    json,
  },
  async run({ args }): Promise<Outcome> {
    const days = wholeNumber('--days', args.days, 1, 3_660)
    const port = wholeNumber('--port', args.port, 0, 65_535)
    await using open = new AsyncDisposableStack()
    const lock = lockHome(homeOf(process.env))
    open.defer(lock.release)
    if (!args.once) await checkPort(port)

    const deployment = open.use(await openDeployment({ vendors: true }))
    if (deployment.demo) process.stderr.write(DEMO_NOTICE)
    const outcome = await collect(deployment, trailingDays(deployment, days))
    if (args.once) return outcome

    const link = await show(deployment, port)
    repeatDaily(deployment, async () => {
      const { text } = await collect(deployment, { from: null, to: null })
      process.stderr.write(`${text}\n`)
    })
    const serving = open.move()
    closeOnSignal(() => serving.disposeAsync())
    return {
      ...outcome,
      json: { ...(outcome.json as object), ...link },
      text: `${outcome.text}\n\n${invitation(link.link)}`,
    }
  },
})

const invitation = (link: string) =>
  `open ${link}\n(whoever has the link is signed in, for ${KEY_DAYS} days or until the next start; end with Ctrl-C)`

async function collect(deployment: Deployment, days: { from: Day | null; to: Day | null }): Promise<Outcome> {
  const { sources } = deployment.config
  const view = await openProgress(sources.map(({ id }) => id))
  try {
    return collectedOutcome(await collectDays(deployment, { ...days, force: false, sources }, view))
  } finally {
    await view.close()
  }
}

/** Before collecting, because nobody wants to learn it a minute later. */
async function checkPort(port: number): Promise<void> {
  const probe = await serveApp({ fetch: () => new Response(null, { status: 503 }) }, { port })
  await probe.close()
}

async function show(deployment: Deployment, port: number): Promise<{ url: string; link: string }> {
  const dashboard = dashboardOf(await buildDashboard())
  const scheduleOf = () => ({ cadence: 'daily', next: nextDaily(deployment) })
  const server = await serveApp(openApp(deployment, { dashboard, scheduleOf }), { port })
  closeOnSignal(() => server.close())
  expectSignal()
  return { url: server.url, link: `${server.url}/#key=${await freshKey(deployment)}` }
}

/** A key for the page. Those of earlier starts end: only one start runs on a home. */
async function freshKey({ store: { table }, now }: Deployment): Promise<string> {
  for (const { id, name } of await listKeys(table)) if (name === KEY_NAME) await revokeKey(table, id)
  const until = new Date(now().getTime() + KEY_DAYS * DAY_MS)
  const { key } = await createKey(table, { name: KEY_NAME, scopes: ['metrics:read', 'ops:read'], until, now: now() })
  return key
}
