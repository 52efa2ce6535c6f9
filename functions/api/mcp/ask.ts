import type * as z from 'zod'
import type { Problem } from '../problem.ts'

/** Asks a route of this API for the caller of the tool: with that key, its scopes and its quota. */
export type Ask = (path: string) => Promise<Response>

/** What a tool or a route refused. The message is for the model. */
export class Refusal extends Error {
  /** Of the route's answer; undefined where a tool refuses by itself. */
  readonly status: number | undefined

  constructor(message: string, status?: number) {
    super(message)
    this.status = status
  }
}

/**
 * What a route answers, of the type that the caller names.
 * @throws {Refusal} if it answers with a problem
 */
export async function read<T>(ask: Ask, path: string): Promise<T> {
  const answer = await ask(path)
  const body: unknown = await answer.json()
  if (answer.ok) return body as T
  const { title, detail, invalid_params: params, instance } = body as z.output<typeof Problem>
  const reasons = params?.map(({ name, reason }) => `${name} ${reason}`)
  const words = [title, reasons?.join('; ') ?? detail].filter(Boolean).join(': ')
  const again = answer.headers.get('Retry-After')
  const next = answer.status >= 500 ? ` (request ${instance})` : ''
  throw new Refusal(`${words}${next}${again === null ? '' : `; try again in ${again} s`}`, answer.status)
}
