import { createClient } from './client.js'

const STORED = 'tidemark.key'

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

/** The API of this deployment. It rejects with a `Refusal`, and with nothing else. */
export const api = createClient({ baseUrl: document.baseURI, key: () => sessionStorage.getItem(STORED) ?? '' })
