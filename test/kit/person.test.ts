import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TidemarkError } from '../../functions/kit/errors.ts'
import { isNobody, isPerson, person, personKeys } from '../../functions/kit/person.ts'

const PEPPER = 'a pepper of tests'
const keys = (known: Parameters<typeof person>[0], source = 'crm') => personKeys(person(known), PEPPER, source)

describe('person', () => {
  test.each([
    [' Jane@Example.COM\t', 'jane@example.com'],
    ['jane+news@example.com', 'jane+news@example.com'],
    ['j.a.n.e@example.com', 'j.a.n.e@example.com'],
    ['Jose\u0301@example.com', 'jos\u00e9@example.com'],
  ])("e-mail '%s'", (given, kept) => expect(person({ email: given }).emails).toEqual([kept]))

  test.each([
    ['+49 (170) 123-45 67', '+491701234567'],
    ['0049 170 1234567', '+491701234567'],
    ['0170/1234567', '01701234567'],
    ['1+2', '12'],
    [491701234567, '491701234567'],
  ])('phone %s', (given, kept) => expect(person({ phone: given }).phones).toEqual([kept]))

  test('ids keep their case, lose outer white space and may be numbers', () => {
    expect(person({ id: [' Ab1 ', 7, 0] }).ids).toEqual(['Ab1', '7', '0'])
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1.5, 2 ** 53])('%d identifies nobody exactly', (id) => {
    expect(() => person({ id })).toThrow(
      new TidemarkError('invalid', `${id} is no exact identifier of a person; pass it as text`),
    )
  })

  test('lists lose repetitions, in their order, and what is empty', () => {
    expect(
      person({ email: ['B@x.de', null, 'a@x.de', '', 'b@X.de', undefined, '  '], phone: ['n/a', '+', '12'], id: [] }),
    ).toEqual({
      emails: ['b@x.de', 'a@x.de'],
      phones: ['12'],
      ids: [],
      of: undefined,
    })
  })

  test.each([
    {},
    { email: '' },
    { email: null, phone: 'none', id: undefined },
    { id: ['', ' '] },
    { of: 'shop' },
    { email: ['n/a', 'unknown', '@', 'a@', 'a b@x.de'] },
  ])('%o is nobody', (known) => {
    expect(isNobody(person(known))).toBe(true)
    expect(keys(known)).toBeNull()
  })

  test('only what person made is a person', () => {
    expect(isPerson(person({}))).toBe(true)
    for (const other of [null, undefined, 'jane@example.com', {}, { id: '1' }, []]) expect(isPerson(other)).toBe(false)
  })
})

describe('personKeys', () => {
  test('is the beginning of an HMAC-SHA256 of name space and value', () => {
    const mac = (text: string) => createHmac('sha256', PEPPER).update(text).digest('hex').slice(0, 16)
    expect(keys({ email: 'Jane@Example.com' })).toEqual({ key: mac('email\0jane@example.com'), links: [] })
    expect(keys({ phone: '0049 1' })!.key).toBe(mac('phone\0+491'))
    expect(keys({ id: 7 })!.key).toBe(mac('id:crm\x007'))
    expect(keys({ id: 7, of: 'shop' })!.key).toBe(mac('id:shop\x007'))
  })

  test('has 16 hexadecimal digits, whatever is given', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (id, pepper) => {
        const made = personKeys(person({ id }), pepper, 'crm')
        if (id.trim() === '') expect(made).toBeNull()
        else expect(made!.key).toMatch(/^[0-9a-f]{16}$/)
      }),
    )
  })

  test('an e-mail or phone is the same person everywhere, an id only within its name space', () => {
    expect(keys({ email: 'a@x.de' }, 'crm')).toEqual(keys({ email: 'a@x.de', of: 'other' }, 'shop'))
    expect(keys({ phone: '+1' }, 'crm')).toEqual(keys({ phone: '+1' }, 'shop'))
    expect(keys({ id: '7' }, 'crm')).not.toEqual(keys({ id: '7' }, 'shop'))
    expect(keys({ id: '7', of: 'crm' }, 'shop')).toEqual(keys({ id: '7' }, 'crm'))
  })

  test('the same text as e-mail and as id is two keys', () => {
    expect(keys({ email: 'a@x.de' })!.key).not.toBe(keys({ id: 'a@x.de' })!.key)
    expect(keys({ phone: '123' })!.key).not.toBe(keys({ id: '123' })!.key)
  })

  test('another pepper makes another key; an empty one is refused', () => {
    const jane = person({ email: 'jane@example.com' })
    expect(personKeys(jane, 'one', 'crm')!.key).not.toBe(personKeys(jane, 'two', 'crm')!.key)
    expect(() => personKeys(jane, '', 'crm')).toThrow(
      new TidemarkError('invalid', 'the pepper is empty; people cannot be hashed without it'),
    )
  })

  test('the strongest names the person and is linked with every other, once', () => {
    const one = (known: Parameters<typeof person>[0]) => keys(known)!.key
    const { key, links } = keys({ id: ['7', '8'], phone: '+1', email: ['a@x.de', 'b@x.de', 'B@X.DE'] })!
    expect(key).toBe(one({ email: 'a@x.de' }))
    expect(links).toEqual(
      [
        [one({ email: 'b@x.de' }), 'email'],
        [one({ phone: '+1' }), 'phone'],
        [one({ id: '7' }), 'id'],
        [one({ id: '8' }), 'id'],
      ].map(([b, b_kind]) => ({ a: key, a_kind: 'email', b, b_kind })),
    )
    expect(keys({ id: '7', phone: '+1' })).toMatchObject({
      key: one({ phone: '+1' }),
      links: [{ a_kind: 'phone', b_kind: 'id' }],
    })
  })
})
