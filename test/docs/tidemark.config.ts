import { interactions } from '../../functions/facts.ts'
import { defineConfig } from '../../functions/kit/config.ts'
import { person } from '../../functions/kit/person.ts'
import { csv } from '../../functions/sources/csv.ts'
import { hubspot } from '../../functions/sources/hubspot.ts'

const map = ({ time, email }: Readonly<Record<string, string | undefined>>) =>
  interactions({ at: time!, channel: 'in_person', kind: 'visit', actor: 'customer', customer: person({ email }) })

export default defineConfig({
  timezone: 'Europe/Berlin',
  currency: 'EUR',
  sources: [hubspot({}), csv({ file: 'visits.csv', zone: 'Europe/Berlin', map }, { id: 'door' })],
  weights: { visit: 3, ticket: 2, message: 1 },
})
