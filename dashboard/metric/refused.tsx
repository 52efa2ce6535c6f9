import type { Refusal } from '../client.js'

/** What the API says against one parameter; null where it says nothing against it. */
export function refusedReason(refusal: Refusal | undefined, name: string): string | null {
  const given = refusal?.problem?.invalid_params?.find((one) => one.name === name)
  if (given) return `${given.name}: ${given.reason}`
  return name === 'granularity' && refusal?.status === 422 ? refusal.message : null
}

/** Whether a control among `names` shows what was refused. */
export const isPlaced = (refusal: Refusal, names: readonly string[]): boolean =>
  names.some((name) => refusedReason(refusal, name) !== null)

/** What the API says against a choice, beside it. */
export function Refused({ refusal, name }: { refusal: Refusal | undefined; name: string }) {
  const reason = refusedReason(refusal, name)
  if (reason === null) return null
  return (
    <p class="refused" role="alert" lang="en" dir="ltr">
      {reason}
    </p>
  )
}
