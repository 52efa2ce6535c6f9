/** Why there is no number, in plain words. */
export const nullReasons = {
  no_data: 'nothing was recorded for it',
  zero_denominator: 'there is nothing to divide by',
  below_min_sample: 'too few cases to say anything',
  source_missing: 'a source that it needs has not been read',
  not_additive: 'it cannot be added up over this window',
  not_defined_yet: 'the metric did not exist yet',
}

/** Whether nothing that is configured could tell of a metric: of such a one no point is kept. */
export const isUntold = ({ columns }) => columns.revision.every((revision) => revision === null)

/** `why` of a point of a series: `revision` is null where no snapshot was computed. */
export function whyNull({ null_reason: reason, revision }) {
  if (revision === null) return 'no snapshot of this day was computed'
  return nullReasons[reason] ?? 'the reason is not known to this page'
}

/** States of a source, in a word and in a sentence. */
export const sourceStates = {
  ok: { word: 'ok', sentence: 'Everything that is due has been read.' },
  pending: {
    word: 'first reading to come',
    sentence: 'It can only be read as it is now, once its first day has ended.',
  },
  late: { word: 'late', sentence: 'A day that is due has not arrived.' },
  held: {
    word: 'held back',
    sentence: 'A day holds far fewer rows than before, so it was not let in until somebody accepts it.',
  },
  parked: { word: 'waiting', sentence: 'The vendor asked to wait for long; the next scheduled run goes on.' },
  missing: { word: 'never read', sentence: 'Not everything that the numbers need has been read even once.' },
  failed: { word: 'failed', sentence: 'The last run failed.' },
}

/** Who has to act on an error. */
export const whoActs = {
  credentials: 'An operator has to renew a key or a permission.',
  limited: 'Nobody has to act: the vendor asked to slow down, and it is tried again.',
  unavailable: 'Nobody has to act: the vendor could not be reached, and it is tried again.',
  changed: 'The vendor changed what it sends: the author of the source has to look.',
  invalid: 'Something in the config or a file is wrong.',
}

/** `7d` as words. */
export function windowText(window) {
  if (window === 'all') return 'all time'
  const days = Number.parseInt(window, 10)
  return days === 1 ? '1 day' : `${days} days`
}

/** The API's messages begin in lower case; sentences do not. */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1)
