import { tickets } from '../../../functions/facts.ts'
import { defineConfig } from '../../../functions/kit/config.ts'
import { invalid } from '../../../functions/kit/errors.ts'
import { csv } from '../../../functions/sources/csv.ts'

const channels = new Map([
  ['Phone', 'phone'],
  ['IVR', 'phone'],
  ['Email', 'email'],
  ['Self service', 'web'],
  ['Direct opening', 'in_person'],
] as const)

/** Two tickets were written twice in the minute in which they were closed: these are the earlier of the two. */
const overwritten = ['0001006 4', '0004688 18']

/**
 * The audit log of a help desk (Amaral, Fantinato & Peres 2018, doi:10.24432/C57S4H), one row per change of a ticket; the
 * row that closed it tells its whole life. Times come without zone and are taken as UTC. `resolved_at` is missing on 1,556
 * tickets: there closing was the solution. Rounds of work are assignments: the first and every reassignment. Nothing
 * says when somebody first replied.
 */
export default defineConfig({
  timezone: 'UTC',
  currency: 'EUR',
  windows: [1],
  sources: [
    csv(
      {
        file: '../../../../shared/data/incident_event_log/incident_event_log.csv.gz',
        zone: 'UTC',
        map: (row) => {
          if (row.incident_state !== 'Closed' || row.sys_updated_at !== row.closed_at) return null
          if (overwritten.includes(`${row.number} ${row.sys_mod_count}`)) return null
          return tickets({
            id: row.number!,
            opened: instant(row.opened_at!),
            channel: channels.get(row.contact_type as 'Phone') ?? 'support',
            solved: instant(row.resolved_at === '?' ? row.closed_at! : row.resolved_at!),
            reopens: Number(row.reopen_count),
            contacts: Number(row.reassignment_count) + 1,
          })
        },
      },
      { id: 'desk' },
    ),
  ],
})

/** `2/3/2016 08:35` as a local time. */
function instant(text: string): string {
  const [, day, month, year, time] = /^(\d+)\/(\d+)\/(\d{4}) (\d\d:\d\d)$/.exec(text) ?? []
  if (!day || !month) throw invalid(`'${text}' is no time; expected D/M/YYYY HH:MM`)
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${time}:00`
}
