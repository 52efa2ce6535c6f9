import { responses } from '../../../functions/facts.ts'
import { defineConfig } from '../../../functions/kit/config.ts'
import { invalid } from '../../../functions/kit/errors.ts'
import { csv } from '../../../functions/sources/csv.ts'

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
]

/**
 * Reviews of eight hotels in 2015 (Moro, Rita & Coelho 2017, doi:10.1016/j.tmp.2017.04.003). Of the day only the month is
 * known: every review is booked on the first of its month, so that months and longer are right and days say nothing.
 */
export default defineConfig({
  timezone: 'America/Los_Angeles',
  currency: 'USD',
  windows: [1],
  sources: [
    csv(
      {
        file: '../../../../shared/data/las_vegas_reviews_8_hotels/reviews.csv.gz',
        zone: 'America/Los_Angeles',
        map: (row) => {
          const month = months.indexOf(row['Review month']!) + 1
          if (month === 0) throw invalid(`'${row['Review month']}' is no month`)
          // Nothing in a row names the review; all that it says together does.
          const id = Object.values(row).join('|')
          const at = `2015-${String(month).padStart(2, '0')}-01`
          return responses({ id, at, survey: 'rating', value: Number(row.Score), scale: [1, 5] })
        },
      },
      { id: 'reviews' },
    ),
  ],
})
