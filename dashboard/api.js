const STORED = 'tidemark.key'

/** What the API refused, or why it could not be reached. */
export class Refusal extends Error {
  constructor(status, message, requestId) {
    super(message)
    this.status = status
    this.requestId = requestId
  }
}

/** Moves the key out of the link's fragment into this tab's storage, and the fragment out of the address bar at once. */
export function takeKeyFromLink() {
  const key = /^#key=(.+)$/.exec(location.hash)?.[1]
  if (key === undefined) return
  history.replaceState(null, '', location.pathname + location.search)
  keepKey(decodeURIComponent(key))
}

export const hasKey = () => sessionStorage.getItem(STORED) !== null

export const keepKey = (key) => sessionStorage.setItem(STORED, key.trim())

export const forgetKey = () => sessionStorage.removeItem(STORED)

/** Reads `/v1/<path>`. Rejects with a `Refusal`, and with nothing else. */
export async function read(path) {
  const url = new URL(`v1/${path}`, document.baseURI)
  let answer
  try {
    answer = await fetch(url, { headers: { Authorization: `Bearer ${sessionStorage.getItem(STORED) ?? ''}` } })
  } catch {
    throw new Refusal(0, 'the server cannot be reached; is it still running?', null)
  }
  const body = await answer.json().catch(() => ({}))
  if (answer.ok) return body
  throw new Refusal(
    answer.status,
    body.detail ?? body.title ?? `the server said ${answer.status}`,
    body.instance ?? null,
  )
}
