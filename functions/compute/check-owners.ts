import { type ConfigData, ordersWithoutOwner } from '../kit/config.ts'
import type { DerivedIndex } from './derived.ts'

/**
 * What a config cannot know before the first reading: that two files both hold orders.
 * @throws `invalid` naming both sources
 */
export function checkOwners({ owners, sources }: ConfigData, { cursors }: DerivedIndex): void {
  if (owners.orders) return
  const known = new Set(sources.map(({ id }) => id))
  const shops = Object.entries(cursors)
    .filter(([, { facts }]) => facts.includes('orders'))
    .map(([id]) => id.split(' ')[0]!)
    .filter((id) => known.has(id))
  const different = [...new Set(shops)].sort()
  if (different.length > 1) throw ordersWithoutOwner(different)
}
