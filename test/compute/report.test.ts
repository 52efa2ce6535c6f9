import { expect, test } from 'vitest'
import { report } from '../../functions/compute/report.ts'

const ok = { source: 'app', stream: 'visits', status: 'ok' }
const done = { status: 'done' } as const

test('a run in which everything was read and computed needs nobody', () => {
  const found = report({ task: 'report', results: [ok, { ...ok, stream: 'sends', status: 'empty' }], compute: done })
  expect(found).toEqual({ ok: true, attention: false, subject: 'Tidemark: 2 streams read', text: '' })
})

test('every failure is one line that says what to do', () => {
  const Cause = JSON.stringify({ errorType: 'credentials', errorMessage: 'the key of crm is refused', trace: [] })
  const failed = { source: 'crm', stream: 'people', status: 'failed', error: { Error: 'credentials', Cause } }
  const held = { source: 'shop', stream: 'orders', status: 'held' }
  const found = report({ task: 'report', results: [ok, failed, held], compute: done })
  expect(found).toMatchObject({ ok: false, attention: true, subject: 'Tidemark: 2 of 3 streams need attention' })
  expect(found.text.split('\n')).toEqual([
    'crm.people: credentials: the key of crm is refused. To do: renew the key or the permission, then collect again',
    expect.stringMatching(/^shop\.orders: held\. To do: .*accept/),
  ])
})

test('a failure to compute is no failure of a stream', () => {
  const error = { Error: 'invalid', Cause: 'two sources hold orders' }
  const found = report({ task: 'report', results: [ok], compute: { error } })
  expect(found).toEqual({
    ok: false,
    attention: true,
    subject: 'Tidemark: snapshots are not up to date',
    text: 'compute: invalid: two sources hold orders',
  })
})

test('a sweep that another run is doing needs nobody, but is not done', () => {
  expect(report({ task: 'report', results: [ok], compute: { status: 'duplicate' } })).toMatchObject({
    ok: false,
    attention: false,
  })
})
