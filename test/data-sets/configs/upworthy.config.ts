import { traffic } from '../../../functions/facts.ts'
import { defineConfig } from '../../../functions/kit/config.ts'
import { invalid } from '../../../functions/kit/errors.ts'
import { csv } from '../../../functions/sources/csv.ts'

/**
 * Upworthy's Google Analytics, day by day (Matias et al. 2021, doi:10.1038/s41597-021-00934-7). Sessions and page views
 * are missing on 304 of 850 days. Rates and durations are the tool's samples: they are not turned back into counts.
 */
export default defineConfig({
  timezone: 'America/New_York',
  currency: 'USD',
  windows: [1],
  sources: [
    csv(
      {
        file: '../../../../shared/data/upworthy_ga_daily/daily_users.csv.gz',
        zone: 'America/New_York',
        map: (row) => {
          const [, month, date, year] = /^(\d+)\/(\d+)\/(\d\d)$/.exec(row['Day Index']!) ?? []
          if (!month || !date) throw invalid(`'${row['Day Index']}' is no day; expected M/D/YY`)
          const count = (column: string) => {
            const text = row[column]!
            return text === 'N/A' ? undefined : Number(text.replaceAll(',', ''))
          }
          return traffic({
            day: `20${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`,
            users: count('Users'),
            new_users: count('New Users'),
            sessions: count('Sessions'),
            views: count('Pageviews'),
          })
        },
      },
      { id: 'web' },
    ),
  ],
})
