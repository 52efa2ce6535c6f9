import type { Part, Side } from './explain.ts'

/**
 * What came of a day being restated since it was known so: of another definition, and of everything else. Where the day
 * is not computed by the definition of then any more, the two cannot be told apart, and all of it is the definition's.
 */
export function restatedParts(known: Side, restated: Side, day: string): Part[] {
  const [from, to] = [known.value.value, restated.value.value]
  if (from === null || to === null) return []
  const { version, previous } = restated
  const before = previous?.version === known.version ? previous.value.value : null
  const alike = version === known.version ? to : (before ?? from)
  const parts: Part[] = [
    { kind: 'definition', key: `${known.version} → ${version}`, contribution: to - alike },
    { kind: 'revision', key: day, contribution: alike - from },
  ]
  return parts.filter(({ contribution }) => contribution !== 0)
}
