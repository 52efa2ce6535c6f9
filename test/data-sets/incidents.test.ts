import { sameOfBoth } from './ask-both.ts'

const [FROM, TO] = ['2016-02-29', '2017-02-17']

sameOfBoth({
  large: true,
  folder: 'incident_event_log',
  config: 'test/data-sets/configs/incidents.config.ts',
  program: 'incidents.py',
  to: TO,
  facts: 24_918,
  questions: [
    ['tickets_opened', '2016-03-05', '2016-05-29', 'week', 'channel'],
    ['tickets_solved', FROM, TO, 'month'],
    ['open_tickets', FROM, TO, 'month', 'channel'],
    ['resolution_time', FROM, TO],
    ['resolution_time', '2016-03-02', '2016-06-21', 'week', 'channel'],
    ['resolution_time_mean', FROM, TO],
    ['reopen_rate', FROM, TO, 'month', 'channel'],
    ['first_contact_resolution_rate', FROM, TO],
    ['first_response_time', FROM, TO],
  ],
  more: [
    ['tickets_opened', FROM, TO],
    ['tickets_solved', FROM, TO, 'week', 'channel'],
    ['open_tickets', FROM, TO, 'week', 'channel'],
    ['resolution_time', FROM, TO, 'week', 'channel'],
    ['resolution_time_mean', FROM, TO, 'day'],
    ['resolution_time_mean', '2016-02-29', '2016-12-13', 'month', 'channel'],
    ['reopen_rate', FROM, TO, 'week', 'channel'],
    ['first_contact_resolution_rate', '2016-04-05', '2016-05-06', 'day'],
  ],
})
