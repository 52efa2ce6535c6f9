import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ComputeAnswer, compute } from '../../functions/compute/compute.ts'
import { configData } from '../../functions/kit/config.ts'
import { addDays, type Day, eachDay } from '../../functions/kit/day.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'
import type { Metric } from '../../functions/kit/metric.ts'
import { metrics } from '../../functions/metrics/index.ts'
import { localHolder } from '../../functions/store/lease.ts'
import { readSnapshot } from '../../functions/store/read-snapshot.ts'
import type { Snapshot } from '../../functions/store/rows.ts'
import { casesOf, checkProperty, differences, hasTime } from './check-property.ts'
import { checkRevisions, historyOf, indexOf, type Moved, movedBetween } from './check-revisions.ts'
import { checkSeries } from './check-series.ts'
import { type Days, type Deployment, deploy } from './deployment.ts'
import { type Draw, FIRST } from './random-deployment.ts'
import { readBetween, type Seen } from './read-between.ts'
import { recomputed } from './recomputed.ts'
import { drawPlan, INSTALLED, type Plan, type SimulatedDay } from './thirty-days-plan.ts'
import type { Vendor } from './vendor.ts'

/** Whether time is given for more. */
const MANY = casesOf(1) > 1

/** One day of so many is compared with a full recompute, beside the last. */
const CHECKED = MANY ? 3 : 12

/** A deployment and what it reads. */
interface Party {
  readonly home: Deployment
  readonly vendors: readonly Vendor[]
}

/** What was known at an instant: which days had a snapshot, and what a full recompute said of them. */
interface Remembered {
  readonly instant: string
  readonly truth: ReadonlyMap<Day, Snapshot>
}

/** Reads every stream that answers. */
async function collect({ home, vendors }: Party, days: Days & { force?: boolean }): Promise<void> {
  for (const { source } of vendors) {
    for (const stream of Object.keys(source.streams)) {
      try {
        await home.collect({ ...days, source: source.id, stream })
      } catch (error) {
        if (!(error instanceof TidemarkError && error.message.includes(DOWN))) throw error
      }
    }
  }
}

const DOWN = 'the vendor is down'

const todayOf = ({ day }: SimulatedDay) => addDays(FIRST, day)
const instantOf = (simulated: SimulatedDay) => `${todayOf(simulated)}T${String(simulated.hour).padStart(2, '0')}:00:00Z`

/** What is collected on a day: what is due, and what somebody asks for. */
async function runDay(plan: Plan, party: Party, simulated: SimulatedDay, arrange: <T>(list: T[]) => T[]) {
  const { home, vendors } = party
  const today = todayOf(simulated)
  home.at(instantOf(simulated))
  for (const { source, stream, on } of plan.streams) {
    vendors.find((one) => one.source.id === source)!.put(stream, arrange(on(simulated.day)))
  }
  for (const one of vendors) {
    const down = simulated.failing.includes(one.source.id)
    one.failure = down ? new TidemarkError('unavailable', DOWN) : undefined
  }
  const { again, backfill, day } = simulated
  await collect(party, day === INSTALLED ? { from: FIRST } : {})
  if (again !== null) await collect(party, { from: addDays(today, -again), force: true })
  if (backfill !== null) await collect(party, { from: addDays(FIRST, -backfill), to: addDays(FIRST, -1) })
}

/** A snapshot without when and in which revision it was written; sources in one order. */
function contents({ revision: _, computed_at: __, sources, warnings, ...rest }: Snapshot) {
  const sorted = <T>(list: readonly T[]) => list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return { ...rest, sources: sorted(sources), warnings: sorted(warnings) }
}

/** To the byte. */
function checkSame(expected: object, found: object, where: string): void {
  expect(differences(expected, found, where).slice(0, 9)).toEqual([])
  expect(JSON.stringify(found)).toBe(JSON.stringify(expected))
}

const ofValues = ({ metrics, finality, final_on, date }: Snapshot) => ({ metrics, finality, final_on, date })

/** Some of the catalogue, and what the score looks at: every statement takes its time. */
function someMetrics(draw: Draw, { settings }: Plan): readonly Metric[] {
  const some = new Set(draw(fc.shuffledSubarray([...metrics], { minLength: 8, maxLength: 8 })))
  const indicators = (settings.score ?? []).map(({ metric }) => metric)
  return metrics.filter((metric) => some.has(metric) || metric.kind === 'score' || indicators.includes(metric.id))
}

function computeWith(
  { store, config }: Pick<Deployment, 'store' | 'config'>,
  computed: readonly Metric[],
  instant: string,
  from: Day | null,
): Promise<ComputeAnswer> {
  const holder = `${localHolder()}:${randomUUID()}`
  const deps = { store, config: configData(config), metrics: computed, now: () => new Date(instant), holder }
  const invocation = { awsRequestId: holder, getRemainingTimeInMillis: () => 900_000 }
  return compute(deps, { task: 'compute', from, to: null }, invocation)
}

test.skipIf(!hasTime)(
  'thirty days of late rows, corrections and deletions: at every instant, what a full recompute said then',
  {
    timeout: 900_000,
  },
  async () => {
    const property = fc.asyncProperty(fc.gen(), async (gen) => {
      const draw: Draw = (arbitrary) => gen(() => arbitrary)
      const plan = drawPlan(draw, MANY)
      const computed = someMetrics(draw, plan)
      const checked = new Set(plan.days.filter(() => draw(fc.nat(CHECKED - 1)) === 0).map(({ day }) => day))
      checked.add(plan.days.at(-1)!.day)
      const from = addDays(FIRST, draw(fc.nat(INSTALLED)))
      const [first] = plan.days
      const [vendors, others] = [plan.vendors(), plan.vendors().toReversed()]
      await using home = await deploy({ vendors, ...plan.settings }, instantOf(first!))
      await using twin = await deploy({ vendors: others, ...plan.settings }, instantOf(first!))
      others.forEach((one, i) => {
        one.pageSize = i + 1
      })
      const kinds = new Map(
        home.config.sources.flatMap(({ id, streams }) =>
          Object.entries(streams).map(([name, { kind }]): [string, string] => [`${id} ${name}`, kind]),
        ),
      )
      const remembered: Remembered[] = []
      const seen: Seen = new Map()
      const watched = { store: readBetween(home.store, seen), config: home.config }
      const moved = new Map<string, Moved>()
      let known = await indexOf(home)
      for (const simulated of plan.days) {
        if (simulated.idle) continue
        await runDay(plan, { home, vendors }, simulated, (list) => list)
        await runDay(plan, { home: twin, vendors: others }, simulated, (list) => list.toReversed())
        if (simulated.computes === 'no') continue
        const instant = instantOf(simulated)
        if (simulated.computes === 'racing') {
          const both = await Promise.all([0, 1].map(() => computeWith(watched, computed, instant, from)))
          expect(both.map(({ status }) => status).sort()).toEqual(['done', 'duplicate'])
        } else {
          await computeWith(watched, computed, instant, from)
        }
        const now = (await indexOf(home))!
        moved.set(instant, movedBetween(known, now, kinds))
        known = now
        if (!checked.has(simulated.day)) continue
        const before = await home.objects('')
        const { from: start, to, revisions } = await computeWith(home, computed, instant, null)
        expect({ revisions, objects: await home.objects('') }).toEqual({ revisions: 0, objects: before })
        const days = eachDay(start, to)
        const truth = await recomputed(twin, days, () => computeWith(twin, computed, instant, start))
        remembered.push({ instant, truth })
      }

      for (const { instant, truth } of remembered) {
        for (const [day, expected] of truth) {
          const found = await readSnapshot(home.store, day, instant)
          if (!found) throw new Error(`no snapshot of ${day} as of ${instant}`)
          checkSame(ofValues(expected), ofValues(found), `${day} as of ${instant}`)
          // What sources said alone makes no revision: it is as of when a value last changed.
          if (Date.parse(found.computed_at) !== Date.parse(instant)) continue
          checkSame(contents(expected), contents(found), `${day} at ${instant}`)
        }
      }
      for (const day of remembered.at(-1)!.truth.keys()) {
        const history = await historyOf(home, day)
        checkRevisions(day, history, (instant) => moved.get(instant)!)
        for (const { snapshot } of history) {
          const text = JSON.stringify(snapshot)
          expect([...(seen.get(`${day} ${snapshot.revision}`) ?? [text])]).toEqual([text])
        }
        await checkSeries(home, history.at(-1)!.snapshot)
      }
    })
    await checkProperty(property, 1, 20)
  },
)
