import * as z from 'zod'
import { type Day, isDay } from '../kit/day.ts'
import { invalid, TidemarkError } from '../kit/errors.ts'
import type { Json } from '../kit/page.ts'

const Day_ = z.custom<Day>(isDay, { error: 'expected a day' })
const Count = z.int().min(0)

const Unfinished = z.strictObject({
  run: z.string(),
  from: Day_,
  to: Day_,
  baseline: z.boolean(),
  /** Instant at which it began, and at which changes cut off. */
  read: z.iso.datetime(),
  /** Last day that the vendor is done with, where it says so. */
  through: Day_.nullable(),
  /** Where each slice goes on. */
  resume: z.record(
    z.string(),
    z.custom<Json>((value) => value !== undefined),
  ),
  /** Slices that ended. */
  done: z.array(z.string()),
  /** Invocations that read something for it; what they wrote is in the lake. */
  segments: Count,
  turns: Count,
  waits: Count,
  waited: z.number(),
  /** What it waited for last, in words; null if it never had to. */
  waitedFor: z.string().nullable().default(null),
})

/** A reading that an invocation left unfinished. */
export type Unfinished = z.output<typeof Unfinished>

const Totals = z.strictObject({
  days: Count,
  pages: Count,
  records: Count,
  facts: Count,
  quarantined: Count,
  held: Count,
})

/** What the readings of one workflow came to so far. */
export type Totals = z.output<typeof Totals>

const State = z.strictObject({
  unfinished: Unfinished.nullable(),
  /** First day to look at after it; null: all that was asked for. */
  next: Day_.nullable(),
  totals: Totals,
})

/** Goes through the workflow between two invocations; at most 4 KB. */
export type State = z.output<typeof State>

export const NOTHING: Totals = { days: 0, pages: 0, records: 0, facts: 0, quarantined: 0, held: 0 }

const MAX_STATE = 4_096

/** @throws `invalid` unless `state` is what an invocation of this version answered */
export function checkedState(state: unknown): State {
  const parsed = State.safeParse(state)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalid(
    `the state of the reading is not of this version (${issue!.path.join('.')}: ${issue!.message}); start anew`,
  )
}

/** A parked reading as it was written; null if this version cannot read it: then it is begun anew. */
export function parsedUnfinished(text: string): Unfinished | null {
  return Unfinished.safeParse(JSON.parse(text)).data ?? null
}

/**
 * The state as a workflow can carry it: what a reading waits for is left out where there is no room for it.
 * @throws `changed` if it is too large even so: the tokens of the source's `pages` are too long
 */
export function smallEnough<S extends State>(state: S, what: string): S {
  const bytes = Buffer.byteLength(JSON.stringify(state))
  if (bytes <= MAX_STATE) return state
  const { unfinished } = state
  if (unfinished?.waitedFor) return smallEnough({ ...state, unfinished: { ...unfinished, waitedFor: null } }, what)
  throw new TidemarkError(
    'changed',
    `to go on with ${what} takes ${bytes} bytes of state; expected at most ${MAX_STATE}: shorten what 'pages' gives as 'resume'`,
  )
}

export function addUp(a: Totals, b: Totals): Totals {
  return {
    days: a.days + b.days,
    pages: a.pages + b.pages,
    records: a.records + b.records,
    facts: a.facts + b.facts,
    quarantined: a.quarantined + b.quarantined,
    held: a.held + b.held,
  }
}
