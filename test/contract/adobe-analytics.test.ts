import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import type { SandboxRequest } from '../../sandbox/messages.ts'
import { NOW, read, source, start } from '../sources/adobe-suite.ts'
import { vendorFile } from './discovery.ts'
import { probe } from './probe.ts'

const reports = vendorFile('adobe-analytics/spec/swagger.json')
const suites = vendorFile('adobe-analytics/spec/report-suites.json')

type Schema = Readonly<Record<string, unknown>>

/** Fields that the document does not name are refused too: they would be ignored in silence. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const { example, format, style, explode, ...rest } = schema as Schema
  const made = Object.fromEntries(Object.entries(rest).map(([name, one]) => [name, closed(one)]))
  return made.properties && made.additionalProperties === undefined ? { ...made, additionalProperties: false } : made
}

function problems(path: string, pointer: string, value: unknown, adjust: (text: string) => string = (text) => text) {
  const document = closed(JSON.parse(adjust(readFileSync(path, 'utf8'))))
  const ajv = new Ajv({ strict: false, allErrors: true })
  ajv.addSchema(document as Schema, 'spec')
  const validate = ajv.compile({ $ref: `spec#${pointer}` })
  return validate(value)
    ? []
    : validate.errors!.map(({ instancePath, message, params }) => ({ instancePath, message, params }))
}

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

describe.skipIf(!reports.exists || !suites.exists)(
  'adobe analytics and its specification (skipped without ../shared/vendor)',
  () => {
    const headers = ['authorization', 'x-api-key']
    const find = (requests: readonly SandboxRequest[], method: string) =>
      requests.filter((one) => one.method === method)

    test('reports: every request and every answer, whole and partial', async () => {
      for (const hidden of [[], ['visitors']]) {
        const sandbox = await start({ hidden })
        const { pages } = await read(sandbox, { from: '2026-07-01' })
        const asked = find(sandbox.requests, 'POST')
        expect(asked).toHaveLength(pages.length)
        expect(pages).toHaveLength(3)
        for (const { path, body, headers: sent } of asked) {
          expect(`${json(reports.path).basePath}/tidema0/reports`).toBe(path)
          expect(json(reports.path).paths['/{globalCompanyId}/reports'].post).toBeDefined()
          for (const name of headers) expect(sent[name]).toBeTruthy()
          expect(problems(reports.path, '/definitions/RankedRequest', body)).toEqual([])
        }
        for (const { bytes } of pages) {
          const answer = JSON.parse(new TextDecoder().decode(bytes))
          expect(problems(reports.path, '/definitions/RankedReportData', answer, asAnswered)).toEqual([])
        }
      }
    })

    test('the suite: request and answer', async () => {
      const sandbox = await start()
      await read(sandbox)
      const [asked] = find(sandbox.requests, 'GET')
      const operation = json(suites.path).paths['/{globalCompanyId}/reportsuites/collections/suites/{rsid}'].get
      const expansion = operation.parameters.find(({ name }: { name?: string }) => name === 'expansion')
      expect(expansion.schema.items.enum).toContain(asked!.query.get('expansion'))
      expect([...asked!.query.keys()]).toEqual(['expansion'])
      const { authorization } = find(sandbox.requests, 'GET')[0]!.headers
      const answer = await fetch(new URL(asked!.path, sandbox.baseUrl), {
        headers: { authorization: authorization!, 'x-api-key': sandbox.credential.clientId },
      })
      expect(problems(suites.path, '/components/schemas/Suite', await answer.json())).toEqual([])
    })

    test('the probe: requests and answers', async () => {
      const sandbox = await start({ hidden: ['visitors'] })
      const [suite, report] = await probe(source(sandbox), { ...sandbox.credential }, NOW)
      const operation = json(suites.path).paths['/{globalCompanyId}/reportsuites/collections/suites/{rsid}'].get
      const { style, schema } = operation.parameters.find(({ name }: { name?: string }) => name === 'expansion')
      expect(style).toBe('form')
      const [asked] = find(sandbox.requests, 'GET')
      expect(schema.items.enum).toEqual(expect.arrayContaining(asked!.query.get('expansion')!.split(',')))
      expect(problems(suites.path, '/components/schemas/Suite', suite)).toEqual([])
      const [posted] = find(sandbox.requests, 'POST')
      expect(problems(reports.path, '/definitions/RankedRequest', posted!.body)).toEqual([])
      expect(problems(reports.path, '/definitions/RankedReportData', report, asAnswered)).toEqual([])
    })

    test('errors that are told apart are those of the specification', () => {
      const { enum: codes } = json(reports.path).definitions.ReportErrorStatus.properties.errorCode
      expect(codes).toEqual(
        expect.arrayContaining([
          'invalid_metric_access',
          'invalid_dimension_access',
          'insufficient_access',
          'unexpected_error',
        ]),
      )
    })
  },
)

/** The official examples write the type of a dimension in lower case, and totals that the document leaves open. */
const asAnswered = (text: string) => text.replaceAll('"TIME"', '"time"')
