import { readFile } from 'node:fs/promises'
import { handle } from 'hono/aws-lambda'
import packageJson from '../../package.json' with { type: 'json' }
import type { ConfigData } from '../kit/config.ts'
import { metrics } from '../metrics/index.ts'
import { openStore } from '../store/open.ts'
import { type AppOptions, createApp } from './app.ts'
import { readDashboard } from './dashboard.ts'

type LambdaHandler = ReturnType<typeof handle>

/** Makes the function behind the HTTP API. The gateway decides which host names lead here. */
export function lambdaHandler(options: Omit<AppOptions, 'anyHost'>): LambdaHandler {
  return handle(createApp({ ...options, anyHost: true }))
}

/** Once per process: the data of the config and the page, which lie beside the bundle, and the store. */
async function open(): Promise<LambdaHandler> {
  const [data, dashboard, store] = await Promise.all([
    readFile(new URL('config.json', import.meta.url), 'utf8'),
    readDashboard(new URL('dashboard/', import.meta.url)),
    openStore(),
  ])
  const config: ConfigData = JSON.parse(data)
  const { version } = packageJson
  return lambdaHandler({ store, config, metrics, now: () => new Date(), version, dashboard })
}

let opened: Promise<LambdaHandler> | undefined

/** The Lambda function. */
export const handler: LambdaHandler = async (...request) => {
  opened ??= open()
  return (await opened)(...request)
}
