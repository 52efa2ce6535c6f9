import { expect, test } from 'vitest'
import { textTable } from '../../cli/text-table.ts'

test('numbers to the right, text to the left, null as a dash', () => {
  const rows = [
    ['shop', 1_200, 'ok'],
    ['crm', null, ''],
  ] as const
  expect(textTable(['source', 'rows', 'status'], rows)).toBe(
    ['source   rows  status', 'shop    1,200  ok', 'crm         –'].join('\n'),
  )
})

test('without rows there are headings', () => {
  expect(textTable(['a', 'b'], [])).toBe('a  b')
})
