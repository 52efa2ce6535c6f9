import { type AppOptions, createApp } from '../functions/api/app.ts'
import { configData } from '../functions/kit/config.ts'
import { metrics } from '../functions/metrics/index.ts'
import { retired } from '../functions/metrics/retired.ts'
import packageJson from '../package.json' with { type: 'json' }
import type { Deployment } from './open-deployment.ts'

/** The HTTP API over a deployment. */
export function openApp(
  { config, store, now, demo }: Pick<Deployment, 'config' | 'store' | 'now' | 'demo'>,
  more: Pick<AppOptions, 'dashboard' | 'inProcess' | 'scheduleOf'> = {},
): ReturnType<typeof createApp> {
  return createApp({
    store,
    config: configData(config),
    metrics,
    retired,
    now,
    version: packageJson.version,
    demo,
    ...more,
  })
}
