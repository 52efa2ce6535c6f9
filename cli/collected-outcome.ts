import { WHAT_TO_DO } from '../functions/compute/report.ts'
import type { Collected, Swept } from './collect-days.ts'
import { plural } from './describe-progress.ts'
import type { Outcome } from './outcome.ts'
import type { ComputeResult, Failure, StreamResult } from './run-workflow.ts'
import { textTable } from './text-table.ts'
import { troubleLines } from './trouble-lines.ts'

/** The end of a run of the workflow, for machines and for people. */
export function collectedOutcome({ ok, results, compute, swept, faults, warnings }: Collected): Outcome {
  const streams = results.map(({ run: _, error, ...result }) => ({
    ...result,
    ...(error && { error: describeFailure(error, faults.get(`${result.source}.${result.stream}`)) }),
    warnings: warnings.get(`${result.source}.${result.stream}`) ?? [],
  }))
  const { status, from, to, error } = compute
  const computeFailure = error && describeFailure(error, faults.get('compute'))
  const trouble = troubleLines(
    streams.map(({ source, stream, status, error, warnings: [warning] }) => {
      const why = [WHAT_TO_DO[status], warning?.message].filter(Boolean)
      const what = error ? `${error.code}: ${error.message}` : why.length > 0 ? why.join(': ') : undefined
      return { source, stream, what: what && `${status}: ${what}` }
    }),
  )
  return {
    ok,
    json: {
      ok,
      streams,
      compute: { status, from, to, ...(swept && sweptJson(swept)), ...(computeFailure && { error: computeFailure }) },
    },
    text: [
      ...(results.length ? [table(results), ''] : []),
      ...trouble,
      computeFailure
        ? `computing failed: ${computeFailure.code}: ${computeFailure.message}`
        : describeCompute(compute, swept),
    ].join('\n'),
  }
}

function table(results: readonly StreamResult[]): string {
  const figure = (n: number | undefined) => n ?? null
  return textTable(
    ['source', 'stream', 'status', 'days', 'pages', 'records', 'facts', 'quarantined'],
    results.map(({ source, stream, status, days, pages, records, facts, quarantined }) => [
      source,
      stream,
      status,
      ...[days, pages, records, facts, quarantined].map(figure),
    ]),
  )
}

function describeCompute(
  { status, from, to }: ComputeResult,
  { computed, revisions } = { computed: 0, revisions: 0 },
): string {
  if (status === 'duplicate') return 'another process computes; look again when that is done'
  const range = from && to ? `; there are snapshots ${from === to ? `of ${to}` : `from ${from} to ${to}`}` : ''
  const done =
    computed === 0 ? 'nothing to compute' : `computed ${plural(computed, 'day')}, ${plural(revisions, 'new revision')}`
  return `${done}${range}`
}

function sweptJson({ reads: { factsFrom, factsTo, ...reads }, ...swept }: Swept) {
  return { ...swept, reads: { ...reads, facts_from: factsFrom, facts_to: factsTo } }
}

/** The workflow keeps no message of a fault of our own; this process saw it. */
function describeFailure({ Error: code, Cause: message }: Failure, fault: Error | undefined) {
  if (fault && process.env.TIDEMARK_DEBUG) process.stderr.write(`${fault.stack}\n`)
  return { code, message: fault ? `${fault.message} (a fault of Tidemark; TIDEMARK_DEBUG=1 shows where)` : message }
}
