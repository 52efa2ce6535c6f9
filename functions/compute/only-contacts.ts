import type { ConfigData } from '../kit/config.ts'
import type { Lake } from '../store/lake.ts'
import { type DerivedIndex, objectsOf } from './derived.ts'
import type { Duck } from './duck.ts'
import { fromParquet } from './fact-sql.ts'
import { owned } from './load-facts.ts'

/** Whether nobody whose row counts is known to be a customer: then contacts are the population, on every day. */
export async function onlyContacts(duck: Duck, lake: Lake, index: DerivedIndex, config: ConfigData): Promise<boolean> {
  const files = await Promise.all(objectsOf(index, 'customers').map((key) => lake.file(key)))
  const [found] = await duck.rows<{ some: boolean | null }>(`
    SELECT bool_or(coalesce(role, 'customer') = 'customer') AS some FROM (${fromParquet('customers', files)}) f WHERE ${owned('customers', config)}`)
  return found?.some !== true
}
