/** A rate budget: says how long each caller has to wait, in the order in which they ask. */
export interface Rate {
  /**
   * Reserves the next free moment and returns the milliseconds until then, 0 if it is now.
   * A wait longer than `patience` reserves nothing.
   */
  reserve(patience?: number): number
}

/**
 * At most `perSecond` reserved moments in any one second; all of them at once, if none was used before. A budget that
 * is no whole number is spread evenly.
 */
export function openRate(perSecond: number, clock: () => number): Rate {
  const size = Number.isInteger(perSecond) ? perSecond : 1
  const span = (1_000 * size) / perSecond
  const recent: number[] = []
  return {
    reserve: (patience = Number.POSITIVE_INFINITY) => {
      const now = clock()
      const oldest = recent.length < size ? Number.NEGATIVE_INFINITY : recent[0]!
      const moment = Math.max(now, oldest + span)
      if (moment - now > patience) return moment - now
      recent.push(moment)
      if (recent.length > size) recent.shift()
      return moment - now
    },
  }
}
