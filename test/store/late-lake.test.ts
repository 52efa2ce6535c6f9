import { expect, it } from 'vitest'
import type { Lake } from '../../functions/store/lake.ts'
import { lateLake } from '../../functions/store/late-lake.ts'

/** A lake that notes what it is asked, and how often it was opened. */
function noted() {
  const asked: unknown[] = []
  let opened = 0
  const lake: Lake = {
    put: async (...given) => void asked.push(['put', ...given]),
    create: async (...given) => asked.push(['create', ...given]) > 0,
    get: async (...given) => Buffer.from(String(asked.push(['get', ...given]))),
    async *list(...given) {
      asked.push(['list', ...given])
      yield { key: 'a', bytes: 1 }
      yield { key: 'b', bytes: 2 }
    },
    delete: async (...given) => void asked.push(['delete', ...given]),
    file: async (...given) => `/file/${asked.push(['file', ...given])}`,
    close: async () => void asked.push(['close']),
  }
  const open = async () => {
    opened++
    return lake
  }
  return { asked, lake: lateLake(open), opened: () => opened }
}

it('is opened by the first thing that it is asked, once, and then asked everything', async () => {
  const { lake, asked, opened } = noted()
  expect(opened()).toBe(0)
  const body = Buffer.from('x')
  await Promise.all([lake.put('a', body), lake.get('a')])
  expect(await lake.create('b', body)).toBe(true)
  expect(await Array.fromAsync(lake.list('a'))).toEqual([
    { key: 'a', bytes: 1 },
    { key: 'b', bytes: 2 },
  ])
  await lake.delete(['a', 'b'])
  expect(await lake.file('a')).toBe('/file/6')
  await lake.close()
  expect(asked).toEqual([
    ['put', 'a', body],
    ['get', 'a'],
    ['create', 'b', body],
    ['list', 'a'],
    ['delete', ['a', 'b']],
    ['file', 'a'],
    ['close'],
  ])
  expect(opened()).toBe(1)
})

it('is not opened to be closed', async () => {
  const { lake, asked, opened } = noted()
  await lake.close()
  expect([opened(), asked]).toEqual([0, []])
})
