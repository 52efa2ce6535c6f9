import axios from 'axios'

export interface Answer {
  readonly status: number
  readonly body: string
}

const PATIENCE_MS = 60_000

/**
 * Asks a deployed API. An emulator serves every API on one address, and tells them apart by the name that is asked for,
 * which no name server knows.
 */
export async function askDeployed(url: string, path: string, key?: string, emulator?: string): Promise<Answer> {
  const { host } = new URL(url)
  const { status, data } = await axios.get<string>(`${emulator ?? url}${path}`, {
    headers: { ...(emulator && { Host: host }), ...(key && { Authorization: `Bearer ${key}` }) },
    timeout: PATIENCE_MS,
    responseType: 'text',
    transformResponse: (text) => text,
    validateStatus: () => true,
    maxRedirects: 0,
    ...(emulator && { proxy: false as const }),
  })
  return { status, body: data }
}
