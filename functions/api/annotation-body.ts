import * as z from 'zod'
import { daysBetween, isDay } from '../kit/day.ts'
import { channels } from '../kit/taxonomy.ts'
import type { Annotation } from '../store/rows.ts'
import { MOST_DAYS } from './annotations.ts'
import { text } from './parameters.ts'

/** Text of a body, without the characters that drive terminals; `lines` allows line ends and tabs. */
const written = (max: number, { lines = false } = {}) =>
  z
    .string({ error: ({ input }) => (input === undefined ? 'is missing' : 'is no text') })
    .trim()
    .max(max, `is longer than ${max} characters`)
    .refine((given) => !(lines ? /[^\P{C}\n\r\t]/u : /\p{C}/u).test(given), 'holds characters that cannot be shown')

const writtenDay = (description: string) =>
  written(20)
    .refine(isDay, { error: ({ input }) => `'${String(input).slice(0, 40)}' is no day; expected YYYY-MM-DD` })
    .meta({ description, format: 'date', example: '2026-11-10' })

const URL_EXPECTED = 'is no address; expected one that begins with http:// or https:// and holds no password'

function isAddress(given: string): boolean {
  const url = URL.parse(given)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}

const TAG = /^[\p{L}\p{N}][\p{L}\p{N}_.:-]{0,39}$/u
const TAG_EXPECTED = 'is no tag; expected up to 40 letters, digits, _ . : and -, beginning with a letter or digit'

/** A tag to look for. */
export const tag = text(40).regex(TAG, TAG_EXPECTED)

/** What a caller says of an annotation. */
export const NewAnnotation = z
  .strictObject({
    date_from: writtenDay('first day'),
    date_to: writtenDay('last day, included; `date_from` if absent').nullish(),
    title: written(120).min(1, 'is empty').meta({ example: 'Weekly quiz' }),
    text: written(2_000, { lines: true }).nullish(),
    tags: z
      .array(written(40).regex(TAG, TAG_EXPECTED), { error: 'is no list' })
      .max(20, 'are more than 20')
      .transform((given) => [...new Set(given)])
      .nullish(),
    url: written(2_000).refine(isAddress, URL_EXPECTED).nullish().meta({ example: 'https://example.com/quiz' }),
    channel: z
      .enum(channels, { error: `is no channel; expected one of ${channels.join(', ')}` })
      .nullish()
      .meta({ description: 'where it took place, if in one channel' }),
  })
  .superRefine(({ date_from, date_to }, context) => {
    if (!date_to || !isDay(date_from) || !isDay(date_to)) return
    const days = daysBetween(date_from, date_to) + 1
    const wrong = (message: string) => context.addIssue({ code: 'custom', path: ['date_to'], message })
    if (days < 1) wrong(`${date_to} is before 'date_from', which is ${date_from}`)
    if (days > MOST_DAYS) wrong(`${date_from} to ${date_to} are ${days} days; at most ${MOST_DAYS}`)
  })
  .meta({
    id: 'NewAnnotation',
    example: { date_from: '2026-11-10', title: 'Weekly quiz', tags: ['quiz'], channel: 'email' },
  })

/** An annotation as the API shows it. */
export const AnnotationBody = z
  .object({
    id: z.string(),
    date_from: z.string(),
    date_to: z.string().describe('included'),
    title: z.string(),
    text: z.string().nullable(),
    tags: z.array(z.string()),
    url: z.string().nullable(),
    channel: z.enum(channels).nullable(),
    created_by: z.string().describe('name of the key that it was added with'),
    created_at: z.string(),
  })
  .meta({ id: 'Annotation' })

/** As much of an annotation as a chart shows. */
export const AnnotationMark = AnnotationBody.pick({
  id: true,
  date_from: true,
  date_to: true,
  title: true,
  tags: true,
  channel: true,
}).meta({ id: 'AnnotationMark' })

/** The same without what a chart has no room for. */
export const markOf = ({
  id,
  date_from,
  date_to,
  title,
  tags,
  channel,
}: Annotation): z.output<typeof AnnotationMark> => ({
  id,
  date_from,
  date_to,
  title,
  tags: [...tags],
  channel,
})

/** The id of an annotation. */
export const annotationId = text(40)
  .regex(/^\d{4}-\d{2}-\d{2}-[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'is no id of an annotation; /v1/annotations lists them')
  .meta({
    description: 'id of an annotation, as listed by /v1/annotations',
    example: '2026-11-10-01KADEMD00Q1Z2WEEK1YQ5X0TJ',
  })
