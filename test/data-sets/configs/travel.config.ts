import { interactions } from '../../../functions/facts.ts'
import { defineConfig } from '../../../functions/kit/config.ts'
import { person } from '../../../functions/kit/person.ts'
import { csv } from '../../../functions/sources/csv.ts'

const kinds = new Map([
  ['1', 'topic'],
  ['2', 'reply'],
] as const)

/**
 * Questions and answers of travel.stackexchange.com (Stack Exchange data dump of 2017-10-31, simplified by M. Gagolewski,
 * CC BY-SA 3.0, https://travel.stackexchange.com). Tag wikis are no posts. An account that was deleted is nobody known.
 */
export default defineConfig({
  timezone: 'UTC',
  currency: 'EUR',
  windows: [1],
  sources: [
    csv(
      {
        file: '../../../../shared/data/travel_stackexchange/posts.csv.gz',
        zone: 'UTC',
        map: (row) => {
          const kind = kinds.get(row.PostTypeId as '1')
          if (kind === undefined) return null
          return interactions({
            id: row.Id!,
            at: row.CreationDate!,
            channel: 'community',
            kind,
            initiator: 'customer',
            customer: person({ id: row.OwnerUserId! }),
          })
        },
      },
      { id: 'forum' },
    ),
  ],
})
