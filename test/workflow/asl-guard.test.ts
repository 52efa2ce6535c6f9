import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions'
import { describe, expect, test } from 'vitest'
import { type AslDefinition, checkAsl, checkOutput } from '../../cli/asl-guard.ts'
import definition from '../../lib/collect.asl.json' with { type: 'json' }

const copy = () => structuredClone(definition)

test('the workflow file runs alike here and in AWS, and fits the full schema of the language', () => {
  checkAsl(definition)
  expect(() => new StateMachine(copy() as unknown as StateMachineDefinition)).not.toThrow()
})

describe('what the local runner does not do as Step Functions does is refused, by state and field', () => {
  const read = (file: ReturnType<typeof copy>) =>
    file.States.Sources.ItemProcessor.States.Read as Record<string, unknown>
  const planted: [string, (file: ReturnType<typeof copy>) => void, RegExp][] = [
    [
      'a field',
      (f) => Object.assign(read(f), { HeartbeatSeconds: 60 }),
      /^state 'Read': HeartbeatSeconds is not among/,
    ],
    [
      'a type',
      (f) => Object.assign(f.States, { Both: { Type: 'Parallel', End: true } }),
      /^state 'Both': Type is 'Parallel'/,
    ],
    ['another language', (f) => Object.assign(f, { QueryLanguage: 'JSONata' }), /^the workflow: QueryLanguage/],
    ['the default time-out', (f) => delete read(f).TimeoutSeconds, /^state 'Read': TimeoutSeconds is missing/],
    [
      'the default concurrency',
      (f) => delete (f.States.Sources as { MaxConcurrency?: number }).MaxConcurrency,
      /MaxConcurrency is missing/,
    ],
    [
      'the whole state as result path',
      (f) => Object.assign(f.States.Compute, { ResultPath: '$' }),
      /^state 'Compute': ResultPath is '\$'/,
    ],
    [
      'the execution',
      (f) => Object.assign(f.States.Done.Parameters, { 'at.$': '$$.Execution.StartTime' }),
      /^state 'Done': Parameters has 'at\.\$'/,
    ],
    [
      'a filter',
      (f) => Object.assign(f.States.Done.Parameters, { 'at.$': '$.results[?(@.ok)]' }),
      /^state 'Done': Parameters/,
    ],
    [
      'a function',
      (f) => Object.assign(f.States.Done.Parameters, { 'at.$': 'States.UUID()' }),
      /^state 'Done': Parameters/,
    ],
    [
      'a list of anything',
      (f) => Object.assign(f.States.Done.Parameters, { 'at.$': 'States.Array($.results, 1)' }),
      /^state 'Done': Parameters/,
    ],
    [
      'the name of the execution, but in an item',
      (f) => Object.assign(f.States.Done.Parameters, { 'at.$': '$$.Execution.Name' }),
      /^state 'Done': Parameters/,
    ],
    [
      'a service',
      (f) => Object.assign(f.States.Publish, { Resource: 'arn:aws:states:::sqs:sendMessage' }),
      /^state 'Publish': Resource/,
    ],
    ['a retrier', (f) => Object.assign(f.States.Report.Retry[0]!, { Delay: 1 }), /^a retrier of state 'Report': Delay/],
    [
      'a comparison',
      (f) => Object.assign(f.States.Attention.Choices[0]!, { StringMatches: 'a*' }),
      /^a choice of state 'Attention': StringMatches/,
    ],
    [
      'a name twice',
      (f) =>
        Object.assign(f.States.Sources.ItemProcessor.States, { Report: { Type: 'Pass', Parameters: {}, End: true } }),
      /^state 'Report': its name stands twice/,
    ],
    ['no way on', (f) => Object.assign(f.States.Report, { Next: 'Nowhere' }), /^state 'Report': Next names 'Nowhere'/],
    ['an open end', (f) => delete (f.States.Report as { Next?: string }).Next, /^state 'Report': Next/],
  ]
  test.each(planted)('%s', (_, plant, message) => {
    const file = copy()
    plant(file)
    expect(() => checkAsl(file as AslDefinition)).toThrow(message)
  })
})

test('an answer of 32 KiB passes, one byte more does not', () => {
  expect(() => checkOutput('Read', 'x'.repeat(32_768))).not.toThrow()
  expect(() => checkOutput('Read', 'x'.repeat(32_769))).toThrow("state 'Read' answered 32769 bytes")
})
