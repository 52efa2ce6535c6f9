import { invalid } from '../functions/kit/errors.ts'

/** A state of a workflow, as written. */
export interface AslState {
  readonly Type: string
  readonly [field: string]: unknown
}

/** A workflow file, or the processor of one of its Map states. */
export interface AslDefinition {
  readonly StartAt: string
  readonly States: Readonly<Record<string, AslState>>
  readonly [field: string]: unknown
}

/** Longest answer of one task, in bytes of JSON. Step Functions would take 256 KiB for the whole state. */
export const MAX_TASK_OUTPUT = 32 * 1024

const RESOURCES = ['arn:aws:states:::lambda:invoke', 'arn:aws:states:::sns:publish']
const MACHINE = ['Comment', 'StartAt', 'States', 'TimeoutSeconds', 'ProcessorConfig']
const RETRIER = ['ErrorEquals', 'IntervalSeconds', 'BackoffRate', 'MaxAttempts', 'MaxDelaySeconds', 'JitterStrategy']
const CATCHER = ['ErrorEquals', 'ResultPath', 'Next']
const RULE = ['Variable', 'StringEquals', 'BooleanEquals', 'IsPresent', 'Next']

/** Fields by type of state that Step Functions and the local runner treat alike. */
const FIELDS: Readonly<Record<string, { readonly may: readonly string[]; readonly must: readonly string[] }>> = {
  Task: {
    may: ['Parameters', 'ResultSelector', 'ResultPath', 'Retry', 'Catch', 'Next', 'End'],
    // Without it the local runner gives up after a minute, and Step Functions never.
    must: ['Resource', 'TimeoutSeconds'],
  },
  // Without MaxConcurrency the two differ in how many items run at once.
  Map: { may: ['ResultPath', 'Next', 'End'], must: ['ItemsPath', 'ItemSelector', 'ItemProcessor', 'MaxConcurrency'] },
  Pass: { may: ['ResultPath', 'Next', 'End'], must: ['Parameters'] },
  Choice: { may: [], must: ['Choices', 'Default'] },
  Wait: { may: ['Next', 'End'], must: ['SecondsPath'] },
}

const PATH = /^\$(\.[A-Za-z_]\w*(\[\*\])*)+(\[\d+\])?$/
/** Names of executions are given to the local runner. */
const ITEM_PATH = /^\$\$\.(Execution\.Name|Map\.Item\.Value(\.[A-Za-z_]\w*)*)$/
const FIELD = String.raw`\$(\.[A-Za-z_]\w*)+`
const CALL = new RegExp(
  String.raw`^States\.(StringToJson\(${FIELD}\)|Array\(${FIELD}(, States\.Array\(${FIELD}\))?\))$`,
)

/**
 * Holds a workflow to the part of the Amazon States Language that the local runner and Step Functions run alike
 * (found by reading aws-local-stepfunctions 3.0.0). Whatever is not listed here is refused.
 * @throws `invalid` naming the state and the field
 */
export function checkAsl(definition: AslDefinition): void {
  checkMachine(definition, 'the workflow', new Set())
}

function checkMachine(machine: AslDefinition, where: string, names: Set<string>): void {
  only(machine, MACHINE, where)
  const states = machine.States ?? {}
  const target = (name: unknown, field: string, of: string) => {
    if (!Object.hasOwn(states, String(name))) throw refused(of, field, `names '${name}', which is no state beside it`)
  }
  target(machine.StartAt, 'StartAt', where)
  for (const [name, state] of Object.entries(states)) {
    const at = `state '${name}'`
    if (names.has(name)) throw refused(at, 'its name', 'stands twice in the file; local handlers go by name')
    names.add(name)
    checkState(state, at)
    if (state.Next !== undefined) target(state.Next, 'Next', at)
    if (state.Type === 'Choice') target(state.Default, 'Default', at)
    for (const { Next } of [...list(state.Choices), ...list(state.Catch)]) target(Next, 'Next', at)
    if (state.Type === 'Map') checkMachine(state.ItemProcessor as AslDefinition, `the processor of ${at}`, names)
  }
}

function checkState(state: AslState, at: string): void {
  const fields = FIELDS[state.Type]
  if (!fields) throw refused(at, 'Type', `is '${state.Type}'; expected ${Object.keys(FIELDS).join(', ')}`)
  only(state, ['Type', 'Comment', ...fields.may, ...fields.must], at)
  const missing = fields.must.find((field) => state[field] === undefined)
  if (missing) throw refused(at, missing, 'is missing')
  if (state.Type !== 'Choice' && (state.Next === undefined) === (state.End === undefined)) {
    throw refused(at, 'Next', 'and End: expected one of them')
  }
  if (state.Resource !== undefined && !RESOURCES.includes(state.Resource as string)) {
    throw refused(at, 'Resource', `is '${state.Resource}'; expected ${RESOURCES.join(' or ')}`)
  }
  checkPaths(state, at)
  for (const retrier of list(state.Retry)) only(retrier, RETRIER, `a retrier of ${at}`)
  for (const catcher of list(state.Catch)) {
    only(catcher, CATCHER, `a catcher of ${at}`)
    resultPath(catcher, at)
  }
  for (const rule of list(state.Choices)) {
    only(rule, RULE, `a choice of ${at}`)
    path(rule.Variable, 'Variable', at)
  }
}

function checkPaths(state: AslState, at: string): void {
  resultPath(state, at)
  if (state.ItemsPath !== undefined) path(state.ItemsPath, 'ItemsPath', at)
  if (state.SecondsPath !== undefined) path(state.SecondsPath, 'SecondsPath', at)
  for (const field of ['Parameters', 'ResultSelector', 'ItemSelector']) template(state[field], field, at)
}

/** `"$"` means the whole state to Step Functions and a field of that name to the local runner. */
function resultPath(holder: Readonly<Record<string, unknown>>, at: string): void {
  const value = holder.ResultPath
  if (value !== undefined && value !== null && !/^\$\.\w+$/.test(String(value))) {
    throw refused(at, 'ResultPath', `is '${value}'; expected null or one field, such as $.answer`)
  }
}

function path(value: unknown, field: string, at: string): void {
  if (!PATH.test(String(value)))
    throw refused(at, field, `is '${value}'; expected a plain path, such as $.answer.status`)
}

function template(value: unknown, field: string, at: string): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (!key.endsWith('.$')) template(inner, field, at)
    else {
      const text = String(inner)
      const fits = PATH.test(text) || CALL.test(text) || (field === 'ItemSelector' && ITEM_PATH.test(text))
      if (!fits)
        throw refused(at, field, `has '${key}': '${text}', which is neither a plain path nor a listed function`)
    }
  }
}

function only(holder: object, allowed: readonly string[], where: string): void {
  const other = Object.keys(holder).find((field) => !allowed.includes(field))
  if (other) throw refused(where, other, `is not among what runs alike here and in AWS: ${allowed.join(', ')}`)
}

const list = (value: unknown) => (value ?? []) as readonly Readonly<Record<string, unknown>>[]

const refused = (where: string, field: string, what: string) => invalid(`${where}: ${field} ${what}`)

/** @throws `invalid` if the JSON of a task's answer is longer than a state can carry. */
export function checkOutput(task: string, json: string): void {
  const bytes = Buffer.byteLength(json)
  if (bytes > MAX_TASK_OUTPUT) {
    throw invalid(
      `state '${task}' answered ${bytes} bytes; expected at most ${MAX_TASK_OUTPUT}; keep data in the store`,
    )
  }
}
