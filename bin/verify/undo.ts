/** Something that was changed for a while. */
interface Change {
  /** Where somebody finds it. */
  readonly what: string
  /** What a person does, should this process not get to it. */
  readonly byHand: string
  readonly back: () => Promise<void>
}

/** What has to be put back, newest first, whatever happens. */
export interface Undo {
  /** Notes a change before it is made. The returned function puts it back now; a second call does nothing. */
  add(change: Change): () => Promise<void>
  /** Puts back all that is left, and goes on where one of them fails. @returns what could not be put back */
  run(): Promise<readonly string[]>
}

/** @param say is told of each change before it is made, so that even a killed process leaves word of it */
export function openUndo(say: (line: string) => void): Undo {
  const changes = new Set<Change>()
  return {
    add(change) {
      changes.add(change)
      say(`for a while: ${change.what}; by hand: ${change.byHand}`)
      return async () => {
        if (!changes.has(change)) return
        await change.back()
        changes.delete(change)
      }
    },
    async run() {
      const left: string[] = []
      for (const { what, byHand, back } of [...changes].reverse()) {
        try {
          await back()
        } catch (cause) {
          left.push(`${what} was not put back (${(cause as Error).message}); do it by hand: ${byHand}`)
        }
      }
      changes.clear()
      return left
    },
  }
}
