import * as z from 'zod'
import { zone } from './day.ts'
import { invalid, type TidemarkError } from './errors.ts'
import { type Cadence, InAws, runsAt } from './in-aws.ts'
import { issuesText } from './issues-text.ts'
import type { Source } from './source.ts'
import { channels, engagements, kinds, pillars } from './taxonomy.ts'

const Weight = z.number().finite()
const Window = z.union([z.int().min(1).max(3_660), z.literal('all')], {
  error: "expected a number of days from 1 to 3660, or 'all'",
})

const Indicator = z
  .strictObject({
    metric: z.string(),
    window: Window,
    weight: z.number().positive(),
    floor: z.number().finite(),
    target: z.number().finite(),
    engagement: z.enum(engagements).optional(),
    pillar: z.enum(pillars).optional(),
  })
  .refine(({ floor, target }) => floor !== target, 'floor and target are equal; expected two different values')

export type Indicator = z.output<typeof Indicator>

const isHttps = (text: string) => {
  const url = URL.parse(text)
  const loopback = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  return url !== null && (url.protocol === 'https:' || (loopback && url.protocol === 'http:'))
}

const isOrigin = (text: string) => isHttps(text) && URL.parse(text)?.origin === text

/** What a key, or a token of somebody who signed in, may be allowed to do. None implies another. */
export const scopes = ['metrics:read', 'annotations:write', 'ops:read', 'admin'] as const

export type Scope = (typeof scopes)[number]

const Oidc = z.strictObject({
  /** The issuer's address, exactly as its tokens name it. */
  issuer: z.string().refine(isHttps, 'expected an address that begins with https://'),
  /** What tokens have to be meant for. */
  audience: z.string().min(1),
  /** Which scopes a value of the claim gives. */
  scopes: z.record(z.string(), z.array(z.enum(scopes)).min(1)),
  /** The claim: text with values between blanks, or a list of them. @default 'scope' */
  claim: z.string().min(1).default('scope'),
})

export type Oidc = z.output<typeof Oidc>

const Dashboard = z.strictObject({
  /** Ids of the metrics at the top, in that order: from 1 to 12. */
  headline: z
    .array(z.string())
    .min(1, 'is empty; expected 1 to 12 ids of metrics')
    .max(12, 'has more than 12 ids; expected 1 to 12')
    .refine((ids) => new Set(ids).size === ids.length, 'names a metric twice'),
})

const Settings = z.strictObject({
  /** IANA name of the reporting zone: whose days the snapshots are of. */
  timezone: z.string(),
  /** ISO 4217 code into which money is converted. */
  currency: z.string().regex(/^[A-Z]{3}$/, 'expected an ISO 4217 code, such as EUR'),
  /** Trailing days that metrics look at, or `all`. @default [1, 7, 28, 'all'] */
  windows: z.array(Window).min(1).default([1, 7, 28, 'all']),
  /** What losing a customer means: a spell ends, or nothing was done for so many days. @default 'contractual' */
  churn: z
    .union([z.literal('contractual'), z.strictObject({ inactiveDays: z.int().min(1).max(3_660) })], {
      error: "expected 'contractual' or { inactiveDays: n }",
    })
    .default('contractual'),
  /**
   * What the engagement score is made of. Each indicator runs from 0 at its floor to 100 at its target (a floor above
   * the target means that lower is better); `engagement` and `pillar` put it into a sub-score too. @default []
   */
  score: z.array(Indicator).default([]),
  /**
   * What metrics ought to reach, by id: a value in the metric's unit (money in minor units) under its shortest window.
   * @default {}
   */
  targets: z.record(z.string(), z.number().finite()).default({}),
  /**
   * What the page that the API serves shows. It has nothing to do with `aws.dashboard`, which is CloudWatch's.
   * @default - see `headline`
   */
  dashboard: Dashboard.optional(),
  /**
   * Days after a change of weights, or of the score, on which values are computed by both definitions, side by side.
   * @default 28
   */
  overlap: z.int().min(0).max(366).default(28),
  /** The most points that one person can earn on one day. @default - no limit */
  pointsCap: z.number().positive().nullable().default(null),
  /** Points per interaction, by `kind` or `channel.kind` (which wins); what is not listed has none. @default {} */
  weights: z.record(z.string(), Weight).default({}),
  /**
   * Whose rows count, where several sources know the same thing: by fact, `interactions.<channel>` or
   * `tickets.<channel>`. The rows of the others are kept and not counted. @default {}
   */
  owners: z.record(z.string(), z.string()).default({}),
  /** Kinds of interaction beside the known ones. @default [] */
  kinds: z.array(z.string().regex(/^[a-z][a-z0-9_]{0,30}$/)).default([]),
  /** Engagement type and pillar by `kind` or `channel.kind`, where the default table does not fit. @default {} */
  engagement: z
    .record(
      z.string(),
      z.strictObject({ engagement: z.enum(engagements).optional(), pillar: z.enum(pillars).optional() }),
    )
    .default({}),
  /** A fixed number of customers from a day on, for companies that keep no list. @default - counted */
  customers: z.array(z.strictObject({ from: z.iso.date(), count: z.int().min(0) })).optional(),
  /** Dated rates: one unit of `currency` (of the list's entry) is worth `rate` units of the reporting currency. @default [] */
  rates: z
    .array(
      z.strictObject({ currency: z.string().regex(/^[A-Z]{3}$/), from: z.iso.date(), rate: z.number().positive() }),
    )
    .default([]),
  /** Whose tokens the API takes beside its own keys. @default - nobody's */
  oidc: Oidc.optional(),
  /** Origins whose web pages may read the API in a browser, such as 'https://wiki.example.com'. @default - none */
  cors: z.array(z.string().refine(isOrigin, 'expected an origin, such as https://wiki.example.com')).optional(),
})

export type Settings = z.output<typeof Settings>

/** What a checked config holds. */
export interface Config extends Settings {
  readonly sources: readonly Source[]
  /** How it runs in AWS. @default - daily, and nobody is told */
  readonly aws?: InAws
}

export type ConfigInput = z.input<typeof Settings> & {
  readonly sources: readonly Source[]
  readonly aws?: z.input<typeof InAws>
}

/** The part of a config that is plain data: all that compute and the API need, without any vendor's code. */
export interface ConfigData extends Settings {
  readonly sources: readonly {
    readonly id: string
    readonly name: string
    /** How often AWS collects it. @default - not told */
    readonly schedule?: Cadence
    readonly streams: readonly {
      readonly name: string
      readonly kind: Source['streams'][string]['kind']
      readonly facts: readonly string[] | null
      readonly emits: readonly string[]
      readonly settles: number
      /** False where only "now" can be read. */
      readonly past: boolean
      /** Whose days it gives; absent: the reporting zone's. */
      readonly zone?: string
    }[]
  }[]
}

/**
 * Checks a config.
 * @throws `invalid` naming every field that is wrong
 */
export function defineConfig({ sources, aws, ...settings }: ConfigInput): Config {
  const parsed = Settings.safeParse(settings)
  if (!parsed.success) throw invalid(`config: ${issuesText(parsed.error, settings)}`)
  const config = { ...parsed.data, sources, ...(aws && { aws: checkedInAws(aws, sources) }) }
  zone(config.timezone)
  if (!Array.isArray(sources) || sources.length === 0) throw invalid('config: sources is empty; expected at least one')
  const ids = sources.map(({ id }) => id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice)
    throw invalid(`config: two sources have the id '${twice}'; give one of them another: source({ … }, { id })`)
  checkOwners(config)
  checkKinds(config)
  return config
}

function checkedInAws(given: z.input<typeof InAws>, sources: readonly Source[]): InAws {
  const parsed = InAws.safeParse(given)
  if (!parsed.success) throw invalid(`config: aws: ${issuesText(parsed.error, given)}`)
  const { schedule, schedules } = parsed.data
  const unknown = Object.keys(schedules).find((id) => !sources.some((source) => source.id === id))
  if (unknown !== undefined) {
    throw invalid(
      `config: aws.schedules names '${unknown}', which is no source; have ${sources.map(({ id }) => id).join(', ')}`,
    )
  }
  if (sources.some(({ id }) => runsAt(schedules[id] ?? schedule) !== null)) return parsed.data
  throw invalid(
    "config: aws: no source is collected every day, so that snapshots would come late; give one 'daily', 'hourly', or cron(<minute> <hour> * * ? *)",
  )
}

function checkOwners({ sources, owners }: Config): void {
  for (const [what, id] of Object.entries(owners)) {
    const [fact, channel, ...more] = what.split('.')
    const split = fact === 'interactions' || fact === 'tickets'
    if (channel !== undefined && !(split && isChannel(channel) && more.length === 0)) {
      throw invalid(`config: owners['${what}']: expected a fact, interactions.<channel> or tickets.<channel>`)
    }
    if (!sources.some((source) => source.id === id)) {
      throw invalid(
        `config: owners['${what}'] is '${id}', which is no source; have ${sources.map((s) => s.id).join(', ')}`,
      )
    }
  }
  const shops = sources.filter(({ streams }) => Object.values(streams).some(({ facts }) => facts?.includes('orders')))
  if (shops.length > 1 && !owners.orders) throw ordersWithoutOwner(shops.map(({ id }) => id))
}

/** Two sources know orders, and nobody said whose count. */
export function ordersWithoutOwner(ids: readonly string[]): TidemarkError {
  return invalid(
    `config: ${ids.map((id) => `'${id}'`).join(' and ')} all yield orders, which would count twice; name whose count: owners: { orders: '${ids[0]}' }`,
  )
}

function isChannel(name: string): boolean {
  return (channels as readonly string[]).includes(name)
}

function checkKinds({ weights, engagement, kinds: own }: Config): void {
  const known = new Set<string>([...kinds, ...own])
  for (const key of [...Object.keys(weights), ...Object.keys(engagement)]) {
    const [first, second, ...more] = key.split('.')
    const fits = second === undefined ? known.has(key) : isChannel(first!) && known.has(second) && more.length === 0
    if (!fits) throw invalid(`config: '${key}' is neither a kind nor a channel.kind; kinds: ${[...known].join(', ')}`)
  }
}

/** The plain data of a config. */
export function configData({ sources, aws = InAws.parse({}), ...settings }: Config): ConfigData {
  return {
    ...settings,
    sources: sources.map(({ id, definition, streams }) => ({
      id,
      name: definition.name,
      schedule: aws.schedules[id] ?? aws.schedule,
      streams: Object.entries(streams).map(([name, { kind, facts, emits, settles, past, zone }]) => ({
        name,
        kind,
        facts: facts ?? null,
        emits: emits ?? [],
        settles: settles ?? 0,
        past: past !== false,
        ...(zone !== undefined && { zone }),
      })),
    })),
  }
}
