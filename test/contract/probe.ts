import type { Http } from '../../functions/kit/http.ts'
import { openHttp } from '../../functions/kit/http.ts'
import type { Source } from '../../functions/kit/source.ts'

/** Probes a source that is well, and returns the body of every answer to a request of the probe itself, in order. */
export async function probe(source: Source, secrets: Record<string, string>, now: Date, timezone = 'UTC') {
  const { definition, options } = source
  const answers: unknown[] = []
  const http = openHttp(definition.api!({ options, secrets }), {
    sleep: async () => {},
    session: {
      secret: async (name) => secrets[name]!,
      keep: async () => {},
      exclusively: (work) => work(),
    },
  })
  const kept = async <A extends { bytes: Uint8Array }>(call: Promise<A>): Promise<A> => {
    const answer = await call
    answers.push(JSON.parse(new TextDecoder().decode(answer.bytes)))
    return answer
  }
  const watched: Http = {
    get: (path, request) => kept(http.get(path, request)),
    post: (path, request) => kept(http.post(path, request)),
  }
  const files = {
    open: () => {
      throw new Error('no files')
    },
  }
  try {
    const secret = async (name: string) => secrets[name]!
    await definition.probe!({ http: watched, files, options, now, timezone, secret, scopes: () => undefined })
  } finally {
    http.close()
  }
  return answers
}
