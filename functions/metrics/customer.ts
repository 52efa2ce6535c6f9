import { customers } from '../facts.ts'
import { level, population } from '../kit/metric.ts'

export const customerCount = level({
  id: 'customers',
  title: 'Customers',
  unit: 'count',
  direction: 'up',
  definition: "How many different people are customers at the end of the window's last day.",
  measure: population(customers),
  by: ['segment', 'origin'],
})
