import * as z from 'zod'
import { noRepeat } from './cursor.ts'
import { type GraphCursor, graphPage, nextPage, type openGraph, type Paging } from './graph-api.ts'
import { GONE, refusal } from './graph-refusal.ts'
import type { Request } from './http.ts'
import type { Json } from './page.ts'
import type { Note, Turn } from './source.ts'

type Query = NonNullable<Request['query']>
/** An answer that lists rows. */
interface Rows<R> {
  readonly data: readonly R[]
  readonly paging?: z.output<typeof Paging>
}

/** Posts, or media, with comments. */
export interface Commented<L extends { readonly id: string }, C> {
  /** What they are called in the context of pages: `{ [name]: id }` for comments, `{ list: true }` for their list. */
  readonly name: 'media' | 'post'
  readonly path: string
  readonly query: Query
  readonly listed: z.ZodType<Rows<L>>
  hasComments(one: L): boolean
  /** Of the comments of one. */
  readonly commentQuery: Query
  readonly comments: z.ZodType<Rows<C>>
  /** Whether pages after this one may hold comments that are wanted. */
  isMore(page: readonly C[]): boolean
  /** What a page of comments says about itself. @default - nothing */
  notes?(page: readonly C[]): readonly Note[]
}

const Cursor = z.record(z.string(), z.string()).nullable()
/**
 * Where a reading stands: a page of the list, whether it was given, the last of it that is done, and a page of comments
 * `of` the next one.
 */
const Place = z.object({
  list: Cursor,
  given: z.boolean(),
  done: z.string().nullable(),
  of: z.string().nullable(),
  comments: Cursor,
})
type Place = z.output<typeof Place>
const placeAt = (list: GraphCursor): Place => ({ list, given: false, done: null, of: null, comments: null })

/** The comments of all posts, or media, of a list: each page of the list is followed by the comments of what is on it. */
export async function* graphComments<L extends { readonly id: string }, C>(
  graph: ReturnType<typeof openGraph>,
  resume: Json,
  of: Commented<L, C>,
): AsyncGenerator<Turn, void, void> {
  const once = noRepeat()
  let place: Place | null = resume === null ? placeAt(null) : Place.parse(resume)
  while (place) {
    const at: Place = { ...place, given: true }
    const { bytes, body, notes } = await graph.get(of.path, { ...of.query, ...at.list }, of.listed)
    const next = nextPage(body.paging)
    if (next) once(JSON.stringify(next))
    const after = next && placeAt(next)
    const ids = body.data.filter((one) => of.hasComments(one)).map(({ id }) => id)
    const left = ids.slice(at.done === null ? 0 : ids.indexOf(at.done) + 1)
    // Given once only: an invocation that has time for one page would never get past it.
    if (!place.given) yield { ...graphPage(bytes, notes, { list: true }), resume: left.length > 0 ? at : after }
    for (const [i, id] of left.entries()) {
      let cursor: GraphCursor = at.of === id ? at.comments : null
      do {
        const call = graph.get(`${id}/comments`, { ...of.commentQuery, ...cursor }, of.comments)
        const answer = await call.catch((error) => unlessGone(error, of.name))
        cursor = of.isMore(answer.body.data) ? nextPage(answer.body.paging) : null
        if (cursor) once(`${id} ${JSON.stringify(cursor)}`)
        const done = cursor ? (left[i - 1] ?? at.done) : id
        const here = { ...at, done, of: id, comments: cursor }
        const isLast = !cursor && i + 1 === left.length
        const said = [...answer.notes, ...(of.notes?.(answer.body.data) ?? [])]
        yield { ...graphPage(answer.bytes, said, { [of.name]: id }), resume: isLast ? after : here }
      } while (cursor)
    }
    place = after
  }
}

/** What was deleted after it was listed has no comments; the same refusal may mean that they are hidden from the token. */
function unlessGone(error: unknown, name: string) {
  const { code, subcode } = refusal(error) ?? {}
  if (code !== 100 || subcode !== GONE) throw error
  const body: Rows<never> = { data: [] }
  const message = `the comments of a ${name} that was deleted meanwhile, or that the token may not see, are left out`
  return { bytes: new TextEncoder().encode('{"data":[]}'), body, notes: [{ code: 'gone', message }] }
}
