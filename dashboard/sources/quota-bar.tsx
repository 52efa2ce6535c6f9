import type { VendorQuota } from '../client.js'
import { minorUnits } from '../format.ts'
import { useReader } from '../locale/reader.ts'

const LOW = 0.1

/** What is left of one allowance, as a bar where its whole is known, and in words. */
export function QuotaBar({ quota }: { quota: VendorQuota }) {
  const { words, format } = useReader()
  const { name, limit, remaining, resets_at: resets, as_of: heard } = quota
  const currency = /^spend_([A-Z]{3})$/.exec(name)?.[1]
  const known = currency ? words.sources.budget : name === 'percent' ? words.sources.ownLimit : null
  const written = (amount: number) =>
    currency
      ? format.value(amount * minorUnits(currency), { unit: 'money', currency })
      : name === 'percent'
        ? format.share(amount / 100)
        : format.number(amount)
  const low = limit !== null && limit > 0 && remaining !== null && remaining < LOW * limit
  const text =
    remaining === null
      ? words.noData
      : limit === null || name === 'percent'
        ? words.sources.quotaLeft(written(remaining))
        : words.sources.quotaOf(written(remaining), written(limit))
  return (
    <>
      {known ?? <code dir="ltr">{name}</code>}
      {limit !== null && limit > 0 && remaining !== null && (
        <meter
          min={0}
          max={limit}
          low={LOW * limit}
          optimum={limit}
          value={Math.max(0, remaining)}
          aria-label={`${known ?? name}: ${text}`}
        />
      )}
      <span>
        {text} {low && <span class="mark incomplete">{words.sources.quotaLow}</span>}
      </span>
      <span class="soft">
        {[
          resets !== null && words.sources.quotaResets(format.relative(resets, new Date())),
          words.sources.quotaHeard(format.relative(heard, new Date())),
        ]
          .filter(Boolean)
          .join('; ')}
      </span>
    </>
  )
}
