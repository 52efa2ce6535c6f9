import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions'
import { describe, expect, test } from 'vitest'
import { statesEntered } from '../../cli/monthly-cost.ts'
import type { ComputeEvent, ReadEvent, StreamResult, WorkflowInput } from '../../cli/run-workflow.ts'
import { runWorkflow } from '../../cli/run-workflow.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'
import definition from '../../lib/collect.asl.json' with { type: 'json' }

const pauses = {
  waitTimeOverrides: { Wait: 0 },
  retryIntervalOverrides: { Read: 0, Compute: 0, Report: 0, Publish: 0 },
}

const figures = { run: 'R', days: 1, pages: 2, records: 3, facts: 4, quarantined: 0 }
const computed = { status: 'done', from: null, to: null, computed: 1, revisions: 1, changed: ['2026-11-19'] }

const ok = (source: string, stream: string): StreamResult => ({ source, stream, status: 'ok', ...figures })
const done = ({ source, streams }: ReadEvent) => ({
  status: 'done',
  results: streams.map((stream) => ok(source, stream)),
  waitSeconds: 0,
  state: null,
})

function input(sources: Record<string, string[]>): WorkflowInput {
  const list = Object.entries(sources).map(([source, streams]) => ({ source, function: `ingest-${source}`, streams }))
  return { from: null, to: null, force: false, sources: list, compute: 'compute', topic: 'topic' }
}

interface Fakes {
  readonly ingest?: (event: ReadEvent) => object | Promise<object>
  readonly compute?: (event: Extract<ComputeEvent, { task: 'compute' }>) => object
  readonly report?: (event: Extract<ComputeEvent, { task: 'report' }>) => object
}

/** Runs the real file with fakes; records what each handler was given. */
async function run(given: WorkflowInput, fakes: Fakes = {}) {
  const reads: ReadEvent[] = []
  const computes: ComputeEvent[] = []
  const reports: Extract<ComputeEvent, { task: 'report' }>[] = []
  const published: { subject: string; text: string }[] = []
  const output = await runWorkflow(
    given,
    {
      ingest: async (event) => {
        reads.push(event)
        return fakes.ingest ? fakes.ingest(event) : done(event)
      },
      compute: async (event) => {
        if (event.task === 'compute') {
          computes.push(event)
          return fakes.compute ? fakes.compute(event) : computed
        }
        reports.push(event)
        const ok =
          event.compute.status === 'done' && event.results.every(({ status }) => ['ok', 'empty'].includes(status))
        return fakes.report ? fakes.report(event) : { ok, attention: !ok, subject: 'subject', text: 'text' }
      },
      publish: async (message) => void published.push(message),
    },
    pauses,
  )
  return { output, reads, computes, reports, published }
}

const fail = (code: ConstructorParameters<typeof TidemarkError>[0], message = 'no') => {
  throw new TidemarkError(code, message)
}

/** What a function throws, or Lambda in its place, as Step Functions names it. */
const thrown = (name: string) => Object.assign(new Error('of no use'), { name })

describe('reading', () => {
  test('asks for the streams of every source at once, and reports them in a flat list', async () => {
    const { output, reads, reports, published } = await run(input({ shop: ['orders'], crm: ['deals', 'contacts'] }))
    const days = { from: null, to: null, force: false }
    const { execution } = reads[0]!
    expect(execution).toMatch(/^[0-9a-f-]{36}$/)
    expect(reads).toEqual([
      { execution, source: 'shop', streams: ['orders'], ...days, results: [], state: null },
      { execution, source: 'crm', streams: ['deals', 'contacts'], ...days, results: [], state: null },
    ])
    const results = [ok('shop', 'orders'), ok('crm', 'deals'), ok('crm', 'contacts')]
    expect(reports).toEqual([{ task: 'report', results, compute: computed }])
    expect(output).toEqual({ ok: true, attention: false, results, compute: computed })
    expect(published).toEqual([])
  })

  test('one stream is a list too', async () => {
    const { output } = await run(input({ shop: ['orders'] }))
    expect(output.results).toEqual([ok('shop', 'orders')])
  })

  test('hands dates and force to every source', async () => {
    const days = { from: '2026-11-01', to: '2026-11-02', force: true }
    const { reads, computes } = await run({ ...input({ shop: ['orders'], crm: ['deals'] }), ...days })
    expect(reads.map(({ from, to, force }) => ({ from, to, force }))).toEqual([days, days])
    expect(computes).toEqual([{ task: 'compute', from: days.from, to: days.to }])
  })

  test.each(['more', 'wait'])('calls again on %s, with results and state of the last answer', async (status) => {
    const { output, reads } = await run(input({ shop: ['a', 'b', 'c'] }), {
      ingest: (event) => {
        const read = event.results.length
        const results = [...event.results, ok('shop', event.streams[read]!)]
        return { ...done(event), status: read < 2 ? status : 'done', results, waitSeconds: 60, state: { turn: read } }
      },
    })
    expect(reads.map(({ state }) => state)).toEqual([null, { turn: 0 }, { turn: 1 }])
    expect(new Set(reads.map(({ execution }) => execution)).size).toBe(1)
    expect(output.results).toEqual(['a', 'b', 'c'].map((stream) => ok('shop', stream)))
  })

  test('what became of each stream is for the report to judge', async () => {
    const failed = { source: 'crm', stream: 'deals', status: 'failed', error: { Error: 'invalid', Cause: 'no "x"\n' } }
    const { output, published } = await run(input({ crm: ['deals', 'contacts'] }), {
      ingest: (event) => ({ ...done(event), results: [failed, { ...ok('crm', 'contacts'), status: 'parked' }] }),
    })
    expect(output).toMatchObject({ ok: false, results: [failed, { status: 'parked' }] })
    expect(published).toEqual([{ subject: 'subject', text: 'text' }])
  })

  test.each([
    ['Lambda.TooManyRequestsException', 7],
    ['Lambda.ServiceException', 7],
    ['Runtime.ExitError', 3],
    ['Sandbox.Timedout', 3],
  ])('repeats the same call after %s, and gives up after %i', async (name, calls) => {
    const { output, reads, published } = await run(input({ shop: ['orders'] }), {
      ingest: () => {
        throw thrown(name)
      },
    })
    expect(reads).toHaveLength(calls)
    expect(new Set(reads.map((event) => JSON.stringify(event))).size).toBe(1)
    expect(output.results).toEqual([
      {
        source: 'shop',
        stream: '*',
        status: 'failed',
        error: { Error: name, Cause: 'unexpected; the log of the function says more' },
      },
    ])
    expect(published).toHaveLength(1)
  })

  test('what a repeated call answers counts', async () => {
    let calls = 0
    const { output } = await run(input({ shop: ['orders'] }), {
      ingest: (event) => {
        if (++calls < 3) throw thrown('Lambda.TooManyRequestsException')
        return done(event)
      },
    })
    expect(output).toMatchObject({ ok: true, results: [ok('shop', 'orders')] })
  })

  test('a function that breaks ends its source alone, and what it had read of that stays known', async () => {
    const { output, reads, computes } = await run(input({ crm: ['deals', 'contacts'], shop: ['orders'] }), {
      ingest: (event) => {
        if (event.source === 'shop') return done(event)
        if (event.state === 'later') throw new TypeError('x is not a function')
        return { ...done(event), status: 'more', results: [ok('crm', 'deals')], state: 'later' }
      },
    })
    expect(reads).toHaveLength(3)
    expect(output.results).toMatchObject([
      ok('crm', 'deals'),
      { source: 'crm', stream: '*', status: 'failed', error: { Error: 'TypeError' } },
      ok('shop', 'orders'),
    ])
    expect(computes).toHaveLength(1)
  })

  test('an answer longer than a state can carry is refused', async () => {
    const { output } = await run(input({ shop: ['orders'] }), {
      ingest: (event) => ({ ...done(event), state: 'x'.repeat(40_000) }),
    })
    expect(output.results).toMatchObject([{ stream: '*', error: { Error: 'invalid' } }])
  })

  test('five sources at once, and one call of a source', async () => {
    const sources = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`s${i}`, ['a', 'b', 'c']]))
    const busy: string[] = []
    let most = 0
    const { output, reads } = await run(input(sources), {
      ingest: async (event) => {
        const { source, state } = event
        expect(busy).not.toContain(source)
        busy.push(source)
        most = Math.max(most, busy.length)
        for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
        busy.splice(busy.indexOf(source), 1)
        return { ...done(event), status: state ? 'done' : 'more', state: 'again' }
      },
    })
    expect(reads).toHaveLength(24)
    expect(output.results).toHaveLength(36)
    expect(most).toBe(5)
  })
})

describe('computing', () => {
  test('without sources it only computes', async () => {
    const days = { from: '2026-11-01', to: '2026-11-02' }
    const { output, reads, computes } = await run({ ...input({}), ...days })
    expect(reads).toEqual([])
    expect(computes).toEqual([{ task: 'compute', ...days }])
    expect(output).toEqual({ ok: true, attention: false, results: [], compute: computed })
  })

  test('calls again on more, with the same event', async () => {
    let calls = 0
    const days = { from: '2026-11-01', to: '2026-11-19' }
    const { output, computes } = await run(
      { ...input({ shop: ['orders'] }), ...days },
      {
        compute: () => ({ ...computed, from: '2026-01-01', status: ++calls < 3 ? 'more' : 'done' }),
      },
    )
    expect(computes).toEqual(Array(3).fill({ task: 'compute', ...days }))
    expect(output.compute.status).toBe('done')
  })

  test('tries again after unavailable', async () => {
    let calls = 0
    const { output } = await run(input({ shop: ['orders'] }), {
      compute: () => (++calls === 1 ? fail('unavailable') : computed),
    })
    expect([calls, output.ok]).toEqual([2, true])
  })

  test('its failure is reported beside what was read', async () => {
    const { output, published } = await run(input({ shop: ['orders'] }), { compute: () => fail('invalid', 'no rates') })
    expect(output).toMatchObject({
      ok: false,
      results: [{ status: 'ok' }],
      compute: { status: 'failed', error: { Error: 'invalid', Cause: 'no rates' } },
    })
    expect(published).toHaveLength(1)
  })

  test('a fault of its own is reported as well', async () => {
    const { output } = await run(input({ shop: ['orders'] }), {
      compute: () => {
        throw new RangeError('out of range')
      },
    })
    expect(output.compute).toMatchObject({ status: 'failed', error: { Error: 'RangeError' } })
  })

  test('a report that fails fails the run, with what it threw', async () => {
    const broken = run(input({ shop: ['orders'] }), { report: () => fail('invalid', 'cannot report') })
    await expect(broken).rejects.toMatchObject({ code: 'invalid', message: 'cannot report' })
  })
})

describe('what a run costs', () => {
  test.each([1, 20])('%i sources, with something to tell: the states that the estimate counts', async (count) => {
    const sources = Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, ['a', 'b', 'c', 'd']]))
    const answers = (answer: (event: ReadEvent) => object) => async (task: unknown) => ({
      Payload: answer((task as { Payload: ReadEvent }).Payload),
    })
    // A copy: checking it fills defaults in.
    const machine = new StateMachine(structuredClone(definition) as unknown as StateMachineDefinition)
    const execution = machine.run(input(sources) as never, {
      context: { Execution: { Name: 'one' } },
      overrides: {
        taskResourceLocalHandlers: {
          Read: answers(done),
          Compute: answers(() => computed),
          Report: answers(() => ({ ok: false, attention: true, subject: '', text: '' })),
          Publish: async () => ({}),
        } as never,
      },
    })
    let entered = 0
    for await (const { type } of execution.eventLogs) if (type.endsWith('StateEntered')) entered++
    expect(entered).toBe(statesEntered(count))
  })
})
