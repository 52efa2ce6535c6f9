import { responses } from '../../../functions/facts.ts'
import { defineConfig } from '../../../functions/kit/config.ts'
import { csv } from '../../../functions/sources/csv.ts'

/**
 * The survey of San Francisco International Airport in May 2017 (DataSF nnh5-5rwz), unweighted. NETPRO is 0 to 10, and
 * 11 or nothing is a blank. Q7ALL and Q9ALL run from 1 to 5; 6 means never used, 0 and `Blank` no answer.
 */
export default defineConfig({
  timezone: 'America/Los_Angeles',
  currency: 'USD',
  windows: [1],
  sources: [
    csv(
      {
        file: '../../../../shared/data/sfo_survey_2017/survey.csv.gz',
        zone: 'America/Los_Angeles',
        map: (row) => {
          const at = `2017-05-${row.INTDATE!.padStart(2, '0')}`
          const answer = (survey: 'nps' | 'csat' | 'rating', column: string, scale: [number, number]) => {
            const text = row[column]!
            const value = Number(text)
            const given = text !== '' && value >= scale[0] && value <= scale[1]
            return given ? [responses({ id: `${row.RESPNUM} ${column}`, at, survey, value, scale })] : []
          }
          return [
            ...answer('nps', 'NETPRO', [0, 10]),
            ...answer('csat', 'Q7ALL', [1, 5]),
            ...answer('rating', 'Q9ALL', [1, 5]),
          ]
        },
      },
      { id: 'survey' },
    ),
  ],
})
