import { readFile } from 'node:fs/promises'
import packageJson from '../../package.json' with { type: 'json' }
import type { ConfigData } from '../kit/config.ts'
import { metrics } from '../metrics/index.ts'
import { retired } from '../metrics/retired.ts'
import { isLambda, openStore } from '../store/open.ts'
import { readDashboard } from './dashboard.ts'
import { type LambdaHandler, lambdaHandler } from './lambda-handler.ts'
import { nextRun } from './next-run.ts'
import type { ScheduleOf } from './serving.ts'

/** Once per process: the data of the config and the page, which lie beside the bundle, and the store. */
async function open(): Promise<LambdaHandler> {
  const [data, dashboard, store] = await Promise.all([
    readFile(new URL('config.json', import.meta.url), 'utf8'),
    readDashboard(new URL('dashboard/', import.meta.url)),
    openStore(),
  ])
  const config: ConfigData = JSON.parse(data)
  const { version } = packageJson
  const now = () => new Date()
  const scheduleOf: ScheduleOf = ({ schedule }) =>
    schedule === undefined ? null : { cadence: schedule, next: nextRun(schedule, config.timezone, now()) }
  return lambdaHandler({ store, config, metrics, retired, now, version, dashboard, scheduleOf })
}

// While Lambda initialises a function, it has a whole processor; when requests come, a share of one.
let opened: LambdaHandler | Promise<LambdaHandler> | undefined = isLambda() ? await open() : undefined

/** The Lambda function. */
export const handler: LambdaHandler = async (...request) => {
  opened ??= open()
  return (await opened)(...request)
}
