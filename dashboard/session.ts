const STORED = 'tidemark.key'

/** Moves the key out of the link's fragment into this tab's storage, and the fragment out of the address bar at once. */
export function takeKeyFromLink(): boolean {
  const key = /^#key=(.+)$/.exec(location.hash)?.[1]
  if (key === undefined) return false
  history.replaceState(null, '', `${location.pathname}${location.search}#/`)
  keepKey(decodeURIComponent(key))
  return true
}

/** The key of this tab; it is never written to a URL. */
export const keptKey = (): string | null => sessionStorage.getItem(STORED)

export const keepKey = (key: string): void => sessionStorage.setItem(STORED, key.trim())

export const forgetKey = (): void => sessionStorage.removeItem(STORED)
