import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashOf, pages, type Route, readRoute } from '../../dashboard/route.ts'

/** Names and values of a query; an address cannot carry half a surrogate pair. */
const text = fc.string({ unit: 'grapheme', minLength: 1 })

const query = fc.dictionary(text, text)

const routes: fc.Arbitrary<Route> = fc.oneof(
  fc.record({ page: fc.constantFrom(...pages.filter((page) => page !== 'metric')), query }),
  fc.record({ page: fc.constant('metric' as const), id: text, query }),
)

test('an address gives back the view that it was made of', () => {
  fc.assert(
    fc.property(routes, (route) => {
      expect(readRoute(hashOf(route))).toEqual(route)
    }),
  )
})

test('so does what the browser makes of it', () => {
  fc.assert(
    fc.property(routes, (route) => {
      const { hash } = new URL(hashOf(route), 'http://127.0.0.1/')
      expect(readRoute(hash)).toEqual(route)
    }),
  )
})

describe('an address', () => {
  test.each<[Parameters<typeof hashOf>[0], string]>([
    [{ page: 'today' }, '#/'],
    [{ page: 'today', query: { window: '7d' } }, '#/?window=7d'],
    [{ page: 'metric', id: 'nps', query: { window: '28d' } }, '#/metric/nps?window=28d'],
    [{ page: 'cohorts', query: { by: '' } }, '#/cohorts'],
  ])('of %o is %s', (route, hash) => {
    expect(hashOf(route)).toBe(hash)
  })

  test.each(['', '#', '#/', '#/nowhere', '#/metric', '#/metric/', '#/metric?window=7d', '#key=tm_x'])(
    'that tells of no view, %j, is the first page',
    (hash) => {
      expect(readRoute(hash)).toMatchObject({ page: 'today' })
      expect(readRoute(hash).id).toBeUndefined()
    },
  )

  test('typed by hand is read as far as it goes', () => {
    expect(readRoute('#/metric/100%')).toEqual({ page: 'metric', id: '100%', query: {} })
    expect(readRoute('score')).toEqual({ page: 'score', query: {} })
  })
})
