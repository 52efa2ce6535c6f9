import * as z from 'zod'
import { responses } from '../../functions/facts.ts'
import { noRepeat } from '../../functions/kit/cursor.ts'
import { defineSource } from '../../functions/kit/define-source.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'
import { person } from '../../functions/kit/person.ts'
import { readPage } from '../../functions/kit/read-page.ts'
import type { Stream } from '../../functions/kit/source.ts'

const Options = z.strictObject({
  /** @default 'https://api.acme.example/v1/' */
  baseUrl: z.url().default('https://api.acme.example/v1/'),
})
type Options = z.output<typeof Options>

/** Only what is consumed. Acme also gives names and texts; they never get past this. */
const Review = z.object({
  id: z.string(),
  written: z.iso.datetime({ offset: true }),
  stars: z.int().min(1).max(5),
  author: z.object({ email: z.string().nullish() }).nullish(),
})

const Listed = z.object({ reviews: z.array(z.unknown()), next: z.string().nullable() })

/** Acme tells of failures in a 200 as well. */
const Refusal = z.object({ error: z.object({ message: z.string() }) })

const Shop = z.object({ id: z.string(), name: z.string() })

const iso = (instant: number) => new Date(instant).toISOString()

const reviews: Stream<Options, z.output<typeof Review>> = {
  kind: 'events',
  facts: ['responses'],
  record: Review,
  // Moderators remove reviews for three days (Acme's guide "Moderation").
  settles: 3,
  repull: 3,

  async *pages({ http, range, resume }) {
    const once = noRepeat()
    let after = z.string().nullable().parse(resume)
    do {
      const { bytes, body } = await http.get('reviews', {
        query: { from: iso(range.start), before: iso(range.end), limit: 100, after },
        schema: Listed,
      })
      after = once(body.next)
      yield { page: { bytes }, resume: after }
    } while (after !== null)
  },

  records: (page) => readPage('Acme', Listed, page).reviews,
  key: ({ id }) => id,
  map: ({ id, written, stars, author }) =>
    responses({
      id,
      at: written,
      survey: 'rating',
      value: stars,
      scale: [1, 5],
      customer: person({ email: author?.email }),
    }),
}

/** Acme Reviews: every published review, as a rating from 1 to 5. Needs a key with the scope `reviews.read`. */
export const acme = defineSource({
  name: 'acme',
  docs: 'https://docs.acme.example/api/reviews',
  options: Options,
  secrets: ['apiKey'],
  api: ({ options: { baseUrl }, secrets: { apiKey } }) => ({
    baseUrl: baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`,
    headers: { 'x-api-key': apiKey },
    perSecond: 5,
    failure: ({ status, body }) => {
      const { data } = Refusal.safeParse(body)
      if (status !== 200 || !data) return undefined
      return new TidemarkError('unavailable', `200 with an error: ${data.error.message}`)
    },
  }),
  probe: async ({ http }) => {
    const { body } = await http.get('shop', { schema: Shop })
    return { account: `${body.name} (${body.id})` }
  },
  streams: () => ({ reviews }),
})
