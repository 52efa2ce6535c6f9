import * as z from 'zod'
import { interactions } from '../../functions/facts.ts'
import { defineSource } from '../../functions/kit/define-source.ts'
import type { Api } from '../../functions/kit/http.ts'
import type { Source } from '../../functions/kit/source.ts'

const Page = z.object({ next: z.string().nullable() })
const Item = z.object({ id: z.string(), at: z.string() })

interface WebVendorOptions extends Partial<Omit<Api, 'baseUrl'>> {
  readonly url: string
  readonly secrets?: readonly string[]
  /** @default - none */
  readonly headersOf?: (secrets: Readonly<Record<string, string>>) => Record<string, string>
}

/** A vendor behind HTTP: `GET /items?day=…&cursor=…` answers `{ items: [{ id, at }], next }`. */
export function openWebVendor(
  id: string,
  { url, secrets = [], headersOf = () => ({}), ...api }: WebVendorOptions,
): Source {
  const make = defineSource({
    name: 'vendor',
    docs: 'https://vendor.example/docs',
    options: z.strictObject({}),
    secrets,
    api: (given) => ({ baseUrl: url, perSecond: 1_000, headers: headersOf(given.secrets), ...api }),
    streams: () => ({
      rows: {
        kind: 'events',
        facts: ['interactions'],
        record: Item,
        async *pages({ http, from, resume }) {
          let cursor = resume as string | null
          do {
            const answer = await http.get('items', { query: { day: from, cursor }, schema: Page })
            cursor = answer.body.next
            yield { page: answer, resume: cursor }
          } while (cursor !== null)
        },
        *records({ bytes }) {
          yield* (JSON.parse(Buffer.from(bytes).toString('utf8')) as { items: unknown[] }).items
        },
        key: (item) => (item as { id: string }).id,
        map: (item) => interactions({ at: (item as { at: string }).at, channel: 'email', kind: 'open' }),
      },
    }),
  })
  return make({}, { id })
}
