import type { Dropped } from '../../cli/aws-drop-box.ts'
import type { Listener } from '../../cli/aws-listener.ts'
import type { Spent } from '../../cli/aws-spent.ts'
import type { AwsStack, StackOutputs } from '../../cli/aws-stack.ts'
import type { TemporaryKey } from '../../cli/temporary-key.ts'
import type { Config } from '../../functions/kit/config.ts'
import type { Day } from '../../functions/kit/day.ts'
import type { Answer } from './ask-deployed.ts'
import type { Undo } from './undo.ts'

export type Verdict = 'PASS' | 'FAIL' | 'NOT SHOWN'

/** What became of a claim. */
export interface Seen {
  readonly verdict: Verdict
  readonly done: string
  /** The evidence, or the reason why there is none. */
  readonly seen: string
}

/** Something that is said of a deployment, and that a person may want to see for themselves. */
export interface Claim {
  readonly claim: string
  /** Why an emulator that shows it proves nothing about AWS. @default - it is wiring, which an emulator can show */
  readonly notEvidence?: string
  look(bench: Bench): Promise<Seen>
}

/** What claims look at, and what they may disturb. */
export interface Bench {
  readonly stack: AwsStack
  readonly outputs: StackOutputs
  readonly config: Config
  /** Whether it is no AWS. */
  readonly emulated: boolean
  /** Where the config's relative files lie. */
  readonly folder: string
  /** Yesterday, whose snapshot is looked at. */
  readonly day: Day
  readonly undo: Undo
  /** Says how it goes on, unless somebody ends the whole thing. @throws `AbortError` then */
  say(line: string): void
  /** Waits, unless somebody ends the whole thing. @throws `AbortError` then */
  pause(ms: number): Promise<void>
  /** @throws `AbortError` like `say` */
  ask(path: string, key?: string): Promise<Answer>
  drop(key: string, file: string): Promise<Dropped>
  listen(queue: string): Listener
  makeKey(): Promise<TemporaryKey>
  /** Null unless it may cost a cent. */
  readonly spent: (() => Promise<Spent | null>) | null
  /** What earlier claims left for later ones. */
  readonly notes: { dropped?: { source: string; stream: string }; key?: TemporaryKey; snapshot?: string }
}

export const pass = (done: string, seen: string): Seen => ({ verdict: 'PASS', done, seen })
export const fail = (done: string, seen: string): Seen => ({ verdict: 'FAIL', done, seen })
export const notShown = (done: string, seen: string): Seen => ({ verdict: 'NOT SHOWN', done, seen })
