import { posts } from '../../../functions/facts.ts'
import { defineConfig } from '../../../functions/kit/config.ts'
import { invalid } from '../../../functions/kit/errors.ts'
import { csv } from '../../../functions/sources/csv.ts'

/**
 * Posts of nine Thai sellers (Dehouche 2018, doi:10.24432/C5R60S). Nothing says when the counters were read: they are
 * taken as read when the post was published, so that all that a post earned counts on that day. 53 posts are listed twice,
 * two of them with two dates: the second time there is nothing new in them. Reach and impressions are not known.
 */
export default defineConfig({
  timezone: 'Asia/Bangkok',
  currency: 'THB',
  windows: [1],
  sources: [
    csv(
      {
        file: '../../../../shared/data/facebook_live_sellers/posts.csv.gz',
        zone: 'Asia/Bangkok',
        map: (row) => {
          const [, month, date, year, hour, minutes] =
            /^(\d+)\/(\d+)\/(\d{4}) (\d+):(\d\d)$/.exec(row.status_published!) ?? []
          if (!month || !date || !hour) throw invalid(`'${row.status_published}' is no time; expected M/D/YYYY H:MM`)
          const at = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}T${hour.padStart(2, '0')}:${minutes}:00`
          return posts({
            id: row.status_id!,
            at,
            published: at,
            channel: 'social',
            account: row.status_id!.split('_')[0],
            likes: Number(row.num_reactions),
            comments: Number(row.num_comments),
            shares: Number(row.num_shares),
          })
        },
      },
      { id: 'facebook' },
    ),
  ],
})
