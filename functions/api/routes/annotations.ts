import { createRoute } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import * as z from 'zod'
import { type Day, day } from '../../kit/day.ts'
import type { Annotation } from '../../store/rows.ts'
import { AnnotationBody, annotationId, NewAnnotation, tag } from '../annotation-body.ts'
import { addAnnotation, annotationsBetween, deleteAnnotation } from '../annotations.ts'
import { answer } from '../answer.ts'
import { tableOf } from '../csv.ts'
import { pageAfter } from '../page.ts'
import { cursor, dayText, format, limit, text } from '../parameters.ts'
import { problem } from '../problem.ts'
import { readResponses, securedProblems } from '../responses.ts'
import { secured } from '../secured.ts'
import type { Api, Env, Serving } from '../serving.ts'
import { writeResponses } from '../write-responses.ts'

const Annotations = z
  .object({
    annotations: z.array(AnnotationBody).describe('in the order of their first days'),
    next_cursor: z.string().nullable().describe('for the next page; null on the last'),
  })
  .meta({ id: 'Annotations' })

const IdempotencyKey = text(255)
  .regex(/^[\x21-\x7e]+$/, 'is no key; expected 1 to 255 characters of ASCII without blanks')
  .optional()
  .meta({
    description:
      'Of your own making, such as a UUID. Repeated with the same body within two days, the request answers the same and adds nothing; with another body it is refused. What failed is tried again.',
  })

/** `POST /v1/annotations`, `GET /v1/annotations`, `DELETE /v1/annotations/{id}` */
export function annotations(api: Api, serving: Serving): void {
  add(api, serving)
  list(api, serving)
  remove(api, serving)
}

function add(api: Api, serving: Serving): void {
  const { security, middleware } = secured(serving, 'annotations:write')
  const names = [...securedProblems, 'idempotency-clash', 'body-too-large', 'no-json'] as const
  const route = createRoute({
    method: 'post',
    path: '/v1/annotations',
    operationId: 'addAnnotation',
    summary: 'Note what happened on some days',
    security,
    middleware: [...middleware, onlyJson],
    request: {
      query: z.strictObject({}),
      headers: z.object({ 'idempotency-key': IdempotencyKey }),
      body: { required: true, content: { 'application/json': { schema: NewAnnotation } } },
    },
    responses: writeResponses(201, 'The annotation that was added.', AnnotationBody, names),
  })
  api.openapi(route, async (c) => {
    const { date_from, date_to, title, text, tags, url, channel } = c.req.valid('json')
    const fields = {
      date_from: day(date_from),
      date_to: day(date_to ?? date_from),
      title,
      text: text || null,
      tags: tags ?? [],
      url: url ?? null,
      channel: channel ?? null,
    }
    const annotation = await addAnnotation(serving.store, {
      fields,
      caller: c.get('caller'),
      idempotencyKey: c.req.valid('header')['idempotency-key'],
      now: serving.now(),
    })
    if (!annotation) {
      return problem(c, 'idempotency-clash', {
        detail: 'that Idempotency-Key came with another body before; give every new request a key of its own',
      })
    }
    return written(c, annotation, 201)
  })
}

function list(api: Api, serving: Serving): void {
  const route = createRoute({
    method: 'get',
    path: '/v1/annotations',
    operationId: 'listAnnotations',
    summary: 'What happened on which days',
    ...secured(serving, 'metrics:read', { published: true }),
    request: {
      query: z.strictObject({
        from: dayText('first day; only annotations that touch it or a later one').optional(),
        to: dayText('last day, included').optional(),
        tag: tag.optional().meta({ description: 'only those with this tag', example: 'quiz' }),
        limit,
        cursor,
        format,
      }),
    },
    responses: readResponses('A page of annotations.', Annotations, securedProblems),
  })
  api.openapi(route, async (c) => {
    const { from, to, tag: wanted, limit: most, cursor: given } = c.req.valid('query')
    if (from !== undefined && to !== undefined && from > to) {
      return problem(c, 'invalid-request', {
        detail: 'the range of days is not valid',
        invalidParams: [{ name: 'from', reason: `${from} is later than 'to', which is ${to}` }],
      })
    }
    const question = `/v1/annotations ${JSON.stringify([from, to, wanted])}`
    const start = await pageAfter(c, serving, { question, cursor: given })
    if (start instanceof Response) return start
    const between = { from: from as Day | undefined, to: to as Day | undefined, ...start }
    const page: Annotation[] = []
    let more = false
    for await (const annotation of annotationsBetween(serving.store.table, between)) {
      if (wanted !== undefined && !annotation.tags.includes(wanted)) continue
      more = page.length === Number(most)
      if (more) break
      page.push(annotation)
    }
    const body: z.output<typeof Annotations> = {
      annotations: page.map(toBody),
      next_cursor: more ? await serving.cursors.write(question, page.at(-1)!.id) : null,
    }
    return answer(c, JSON.stringify(body), 'provisional', {
      csv: () => tableOf(COLUMNS, body.annotations),
      // Whoever adds one wants to see it: a kept answer is asked about before it is used.
      cacheControl: 'private, no-cache',
    })
  })
}

const COLUMNS = [
  'id',
  'date_from',
  'date_to',
  'title',
  'text',
  'tags',
  'url',
  'channel',
  'created_by',
  'created_at',
] as const

function remove(api: Api, serving: Serving): void {
  const Deleted = z.object({ deleted: z.string().describe('id of the annotation') }).meta({ id: 'DeletedAnnotation' })
  const names = [...securedProblems, 'unknown-annotation'] as const
  const route = createRoute({
    method: 'delete',
    path: '/v1/annotations/{id}',
    operationId: 'deleteAnnotation',
    summary: 'Delete an annotation',
    ...secured(serving, 'annotations:write'),
    request: { params: z.object({ id: annotationId }), query: z.strictObject({}) },
    responses: writeResponses(200, 'It is deleted.', Deleted, names),
  })
  api.openapi(route, async (c) => {
    const { id } = c.req.valid('param')
    if (!(await deleteAnnotation(serving.store, id, serving.now()))) return unknownAnnotation(c, id)
    return written(c, { deleted: id }, 200)
  })
}

/** The answer to an id that no annotation has. */
export function unknownAnnotation(c: Context, id: string): Response {
  return problem(c, 'unknown-annotation', {
    detail: `no annotation has the id '${id}'; GET /v1/annotations lists them`,
  })
}

const onlyJson = createMiddleware<Env>(async (c, next) => {
  if (/^application\/json\s*(;|$)/i.test(c.req.header('Content-Type') ?? '')) return next()
  return problem(c, 'no-json', { detail: "send the body with the header 'Content-Type: application/json'" })
})

/** What a write answers: never kept. */
function written(c: Context, body: object, status: 200 | 201): Response {
  return c.body(JSON.stringify(body), status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    Vary: 'Accept, Authorization',
  })
}

const toBody = (annotation: Annotation) => ({ ...annotation, tags: [...annotation.tags] })
