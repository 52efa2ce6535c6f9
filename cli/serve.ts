import { defineCommand } from 'citty'
import { dashboardOf } from '../functions/api/dashboard.ts'
import { buildDashboard } from './build-dashboard.ts'
import { closeOnSignal, expectSignal } from './on-signal.ts'
import { openApp } from './open-app.ts'
import { openDeployment } from './open-deployment.ts'
import { json, type Outcome } from './outcome.ts'
import { serveApp } from './serve-app.ts'
import { wholeNumber } from './whole-number.ts'

/** `tidemark serve` */
export const serve = defineCommand({
  meta: { name: 'serve', description: 'Answer on this machine: the API and its page' },
  args: {
    port: { type: 'string', valueHint: 'n', description: 'Port; 0 takes any that is free', default: '8787' },
    json,
  },
  async run({ args }): Promise<Outcome> {
    const port = wholeNumber('--port', args.port, 0, 65_535)
    const deployment = await openDeployment()
    const dashboard = dashboardOf(await buildDashboard())
    const server = await serveApp(openApp(deployment, { dashboard }), { port })
    closeOnSignal(() => server.close())
    expectSignal()
    return {
      ok: true,
      json: { url: server.url },
      text: `open ${server.url}/\n(it asks for a key: tidemark keys create --name …; end with Ctrl-C)`,
    }
  },
})
