import type { ComputeAnswer } from './compute.ts'

/** What came of one stream, as the workflow collected it. */
export interface StreamResult {
  readonly source: string
  readonly stream: string
  readonly status: string
  /** Of a caught failure: the error's name is its code. */
  readonly error?: { readonly Error: string; readonly Cause: string } | null
}

export interface ReportEvent {
  readonly task: 'report'
  readonly results: readonly StreamResult[]
  readonly compute: Partial<ComputeAnswer> & {
    readonly error?: { readonly Error: string; readonly Cause: string } | null
  }
}

export interface ReportAnswer {
  /** Every stream is `ok` or `empty`, and compute is done. */
  readonly ok: boolean
  /** Somebody should read the message. */
  readonly attention: boolean
  readonly subject: string
  readonly text: string
}

/** What a person does about a code or a status. */
export const WHAT_TO_DO: Readonly<Record<string, string>> = {
  credentials: 'renew the key or the permission, then collect again',
  limited: 'the vendor asked to slow down for longer than a run waits; the next run goes on',
  unavailable: 'the vendor could not be reached; the next run tries again',
  changed: "the vendor's answers changed shape; update the source, nothing wrong was counted",
  invalid: 'correct the config or the file that is named',
  held: 'far fewer rows came than are there; nothing was replaced: a reading six hours later or more decides, or tidemark accept',
  parked: 'the vendor keeps it waiting; the next run goes on from there',
  died: 'look into the log of its function, and give it more memory if that was short; the next run reads it again',
  duplicate: 'another process reads it; look again when that is done',
}

/** One message for one run: what failed, what is held or parked, and what to do. */
export function report({ results, compute }: ReportEvent): ReportAnswer {
  const bad = results.filter(({ status }) => status !== 'ok' && status !== 'empty')
  const lines = bad.map(({ source, stream, status, error }) => {
    const code = error ? error.Error : status
    const why = error ? causeText(error.Cause) : ''
    return `${source}.${stream}: ${code}${why ? `: ${why}` : ''}. To do: ${WHAT_TO_DO[code] ?? 'see the log of the run'}`
  })
  const streams = `${bad.length} of ${results.length} streams need attention`
  if (compute.error) lines.push(`compute: ${compute.error.Error}: ${causeText(compute.error.Cause)}`)
  const ok = lines.length === 0 && compute.status === 'done'
  const what = ok
    ? [`${results.length} streams read`]
    : [...(bad.length > 0 ? [streams] : []), ...(compute.status === 'done' ? [] : ['snapshots are not up to date'])]
  const subject = `Tidemark: ${what.join('; ')}`
  return { ok, attention: lines.length > 0, subject, text: lines.join('\n') }
}

/** Lambda wraps an error's message in JSON; the local runner does not. */
function causeText(cause: string): string {
  try {
    const parsed = JSON.parse(cause) as { errorMessage?: unknown }
    return typeof parsed.errorMessage === 'string' ? parsed.errorMessage : cause
  } catch {
    return cause
  }
}
