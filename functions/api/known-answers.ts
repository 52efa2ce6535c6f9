/** What a caller is told who has an answer already. */
export interface KnownAnswer {
  readonly etag: string
  readonly cacheControl: string
}

/**
 * Remembers the ETags of answers, so that an unchanged one is known without making it again. They hold as long as
 * nothing else is published: an instance that has not made the answer yet makes it once.
 */
export interface KnownAnswers {
  find(request: string, published: string): KnownAnswer | undefined
  remember(request: string, published: string, answer: KnownAnswer): void
}

const MOST = 5_000

/** An empty memory of the latest answers. */
export function knownAnswers(): KnownAnswers {
  let of = ''
  const answers = new Map<string, KnownAnswer>()
  return {
    find: (request, published) => (published === of ? answers.get(request) : undefined),
    remember(request, published, answer) {
      if (published !== of) {
        of = published
        answers.clear()
      }
      answers.delete(request)
      answers.set(request, answer)
      if (answers.size > MOST) answers.delete(answers.keys().next().value!)
    },
  }
}
