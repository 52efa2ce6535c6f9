import * as z from 'zod'

/** The fields of EventBridge's cron: minutes, hours, day of month, month, day of week, year. */
const CRON = /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$/

/** How often a source is collected, by the clock of the reporting zone. */
export type Cadence = 'daily' | 'hourly' | `cron(${string})`

const Cadence = z.custom<Cadence>(
  (given) => given === 'daily' || given === 'hourly' || (typeof given === 'string' && CRON.test(given)),
  { error: "expected 'daily' (at 04:00), 'hourly', or EventBridge's cron, such as cron(30 6 * * ? *)" },
)

/** How a deployment runs in AWS. A laptop has no use for it, and no value depends on it. */
export const InAws = z.strictObject({
  /** Who is told what needs a person. @default - nobody: whoever subscribes to the topic */
  email: z.email().optional(),
  /** How often sources are collected. @default 'daily' */
  schedule: Cadence.default('daily'),
  /** Sources that are collected at another cadence, by id. @default {} */
  schedules: z.record(z.string(), Cadence).default({}),
  /** Collect a file as soon as it is dropped, and not with the next run. @default false */
  collectDrops: z.boolean().default(false),
  /** A dashboard in CloudWatch (the page that the API serves is the config's own `dashboard`); it costs three dollars a month from the fourth one of the account on. @default false */
  dashboard: z.boolean().default(false),
})

export type InAws = z.output<typeof InAws>

/** Minutes after midnight of the first run of a day; null for a cadence that leaves days out, or that is not plain. */
export function runsAt(cadence: Cadence): number | null {
  if (cadence === 'daily') return 4 * 60
  if (cadence === 'hourly') return 60
  const [, minute = '', hour = '', ...days] = CRON.exec(cadence) ?? []
  const everyDay = ['* * ? *', '? * * *'].includes(days.join(' '))
  return everyDay && /^\d{1,2}$/.test(minute) && /^\d{1,2}$/.test(hour) ? Number(hour) * 60 + Number(minute) : null
}
