/** Something on the axis, in pixels. */
export interface Extent {
  readonly id: string
  readonly left: number
  readonly width: number
}

/** Where it stands; one that stands for several is for those that there was no room for. */
export interface PlacedMark {
  readonly ids: readonly string[]
  readonly lane: number
  readonly left: number
  readonly width: number
}

/** What a finger can hit. */
export const LEAST_WIDTH = 24
const GAP = 3

/**
 * Puts marks into lanes so that none covers another, within `room` pixels and at least as wide as a finger. What no lane
 * has room for joins the mark that is in its way in the last lane; nothing is left out.
 */
export function placeMarks(extents: readonly Extent[], room: number, lanes: number): PlacedMark[] {
  const placed: { ids: string[]; lane: number; left: number; width: number }[] = []
  const ends = Array<number>(lanes).fill(Number.NEGATIVE_INFINITY)
  for (const { id, left, width } of [...extents].sort((a, b) => a.left - b.left)) {
    const wide = Math.min(room, Math.max(LEAST_WIDTH, width))
    const at = Math.max(0, Math.min(left - Math.max(0, wide - width) / 2, room - wide))
    const lane = ends.findIndex((end) => end + GAP <= at)
    if (lane >= 0) {
      placed.push({ ids: [id], lane, left: at, width: wide })
      ends[lane] = at + wide
      continue
    }
    const last = placed.findLast((mark) => mark.lane === lanes - 1)!
    last.ids.push(id)
    last.width = Math.max(last.left + last.width, at + wide) - last.left
    ends[lanes - 1] = last.left + last.width
  }
  return placed
}
