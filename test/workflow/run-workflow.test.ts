import { describe, expect, test } from 'vitest'
import type { ComputeEvent, ReadEvent, WorkflowInput } from '../../cli/run-workflow.ts'
import { runWorkflow } from '../../cli/run-workflow.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'

const pauses = {
  waitTimeOverrides: { Wait: 0 },
  retryIntervalOverrides: { Read: 0, Compute: 0, Report: 0, Publish: 0 },
}

const figures = { run: 'R', days: 1, pages: 2, records: 3, facts: 4, quarantined: 0, waitSeconds: 0, state: null }
const computed = { status: 'done', from: null, to: null, computed: 1, revisions: 1, changed: ['2026-11-19'] }

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
        return fakes.ingest ? fakes.ingest(event) : { ...figures, status: 'ok' }
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

describe('reading', () => {
  test('reads every stream of every source once, and reports them in a flat list', async () => {
    const { output, reads, reports, published } = await run(input({ shop: ['orders'], crm: ['deals', 'contacts'] }))
    expect(reads.map(({ source, stream }) => `${source}.${stream}`).sort()).toEqual([
      'crm.contacts',
      'crm.deals',
      'shop.orders',
    ])
    expect(reads[0]).toEqual({ source: 'shop', stream: 'orders', from: null, to: null, force: false, state: null })
    const { state: _, waitSeconds: __, ...kept } = figures
    expect(reports).toEqual([
      {
        task: 'report',
        results: [
          { source: 'shop', stream: 'orders', status: 'ok', ...kept },
          { source: 'crm', stream: 'deals', status: 'ok', ...kept },
          { source: 'crm', stream: 'contacts', status: 'ok', ...kept },
        ],
        compute: computed,
      },
    ])
    expect(output).toEqual({ ok: true, attention: false, results: reports[0]!.results, compute: computed })
    expect(published).toEqual([])
  })

  test('one stream is a list too', async () => {
    const { output } = await run(input({ shop: ['orders'] }))
    expect(output.results).toHaveLength(1)
  })

  test('hands dates and force to every stream', async () => {
    const days = { from: '2026-11-01', to: '2026-11-02', force: true }
    const { reads, computes } = await run({ ...input({ shop: ['orders', 'carts'] }), ...days })
    expect(reads.map(({ from, to, force }) => ({ from, to, force }))).toEqual([days, days])
    expect(computes).toEqual([{ task: 'compute', from: days.from, to: days.to }])
  })

  test('calls again on more, with the state of the last answer', async () => {
    const { output, reads } = await run(input({ shop: ['orders'] }), {
      ingest: ({ state }) => {
        const turn = (state as { turn: number } | null)?.turn ?? 0
        return { ...figures, status: turn < 3 ? 'more' : 'ok', records: turn, state: { turn: turn + 1 } }
      },
    })
    expect(reads.map(({ state }) => state)).toEqual([null, { turn: 1 }, { turn: 2 }, { turn: 3 }])
    expect(output.results[0]).toMatchObject({ status: 'ok', records: 3 })
  })

  test('waits, then calls again, until the run parks itself', async () => {
    const { output, reads } = await run(input({ shop: ['orders'] }), {
      ingest: ({ state }) => ({
        ...figures,
        status: state === 2 ? 'parked' : 'wait',
        waitSeconds: 60,
        state: Number(state) + 1,
      }),
    })
    expect(reads).toHaveLength(3)
    expect(output).toMatchObject({ ok: false, results: [{ status: 'parked' }] })
  })

  test.each(['limited', 'unavailable'] as const)('tries again after %s', async (code) => {
    let calls = 0
    const { output } = await run(input({ shop: ['orders'] }), {
      ingest: () => (++calls < 3 ? fail(code) : { ...figures, status: 'ok' }),
    })
    expect(calls).toBe(3)
    expect(output.ok).toBe(true)
  })

  test('gives up after three more tries', async () => {
    const { output, reads } = await run(input({ shop: ['orders'] }), {
      ingest: () => fail('unavailable', 'vendor is down'),
    })
    expect(reads).toHaveLength(4)
    expect(output.results).toEqual([
      { source: 'shop', stream: 'orders', status: 'failed', error: { Error: 'unavailable', Cause: 'vendor is down' } },
    ])
  })

  test.each(['credentials', 'changed', 'invalid'] as const)(
    'does not repeat %s; other streams and sources complete; one message goes out',
    async (code) => {
      const { output, reads, computes, published } = await run(
        input({ crm: ['deals', 'contacts'], shop: ['orders'] }),
        {
          ingest: ({ stream }) =>
            stream === 'deals' ? fail(code, `it's "quoted", and\nbroken`) : { ...figures, status: 'ok' },
        },
      )
      expect(reads.filter(({ stream }) => stream === 'deals')).toHaveLength(1)
      expect(output.results.map(({ stream, status }) => [stream, status])).toEqual([
        ['deals', 'failed'],
        ['contacts', 'ok'],
        ['orders', 'ok'],
      ])
      expect(output.results[0]!.error).toEqual({ Error: code, Cause: `it's "quoted", and\nbroken` })
      expect(computes).toHaveLength(1)
      expect(published).toEqual([{ subject: 'subject', text: 'text' }])
    },
  )

  test('a fault of our own is caught by its name, without its message or stack', async () => {
    const { output, published } = await run(input({ shop: ['orders'] }), {
      ingest: () => {
        throw new TypeError('x is not a function')
      },
    })
    expect(output.results[0]).toEqual({
      source: 'shop',
      stream: 'orders',
      status: 'failed',
      error: { Error: 'TypeError', Cause: 'unexpected; the log of the function says more' },
    })
    expect(published).toHaveLength(1)
  })

  test('an answer longer than a state can carry is refused', async () => {
    const { output } = await run(input({ shop: ['orders'] }), {
      ingest: () => ({ ...figures, status: 'ok', state: 'x'.repeat(40_000) }),
    })
    expect(output.results[0]!.error).toMatchObject({
      Error: 'invalid',
      Cause: expect.stringContaining("'Read' answered 40"),
    })
  })

  test('five sources at once, and the streams of one source in turn', async () => {
    const sources = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`s${i}`, ['a', 'b', 'c']]))
    const busy: string[] = []
    let most = 0
    const { output, reads } = await run(input(sources), {
      ingest: async ({ source }) => {
        expect(busy).not.toContain(source)
        busy.push(source)
        most = Math.max(most, busy.length)
        for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
        busy.splice(busy.indexOf(source), 1)
        return { ...figures, status: 'ok' }
      },
    })
    expect(reads).toHaveLength(36)
    expect(output.ok).toBe(true)
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
