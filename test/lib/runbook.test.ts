import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as cloudformation from '@aws-sdk/client-cloudformation'
import * as lambda from '@aws-sdk/client-lambda'
import * as stepfunctions from '@aws-sdk/client-sfn'
import * as sqs from '@aws-sdk/client-sqs'
import * as ssm from '@aws-sdk/client-ssm'
import { expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '../..')
const runbook = ['operating', 'deploying'].map((name) => readFileSync(join(root, `docs/${name}.md`), 'utf8')).join('\n')
const found = (pattern: RegExp) => [...runbook.matchAll(pattern)].map((match) => match.slice(1) as string[])

const services: Readonly<Record<string, object>> = { cloudformation, lambda, sqs, ssm, stepfunctions }
/** Those whose clients are not installed: looked up in AWS's reference of its command line. */
const LOOKED_UP = [
  'logs tail',
  's3 cp',
  'scheduler get-schedule',
  'service-quotas get-service-quota',
  'service-quotas request-service-quota-increase',
]

it('names commands of AWS that exist', () => {
  const commands = found(/\baws ([a-z][a-z0-9-]+) ([a-z][a-z0-9-]+)/g)
  expect(commands.length).toBeGreaterThan(10)
  const unknown = commands.filter(([service, command]) => {
    const name = command!.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase())
    const client = services[service!]
    return client ? !(`${name}Command` in client) : !LOOKED_UP.includes(`${service} ${command}`)
  })
  expect(unknown).toEqual([])
})

it('names commands of ours that exist', () => {
  const ours = found(/\btidemark -- ([a-z]+)/g).flat()
  expect(ours.length).toBeGreaterThan(3)
  expect(ours.filter((name) => !existsSync(join(root, `cli/${name}.ts`)))).toEqual([])
  const run = found(/\bnpm run ([a-z]+) --/g).flat()
  expect(run).toContain('verify')
  expect(run.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([])
})

it('has a section for each path that a failure takes, which says what to do', () => {
  const [, table = ''] = /## What fails, and where it is told\n([\s\S]*?)\n## /.exec(runbook) ?? []
  const named = [...table.matchAll(/\| ([^|]+) \|$/gm)].map(([, name]) => name!.trim()).slice(2)
  expect(named.length).toBeGreaterThan(8)
  for (const name of new Set(named)) {
    const [, section = ''] = new RegExp(`\n## ${name}\n([\\s\\S]*?)(?=\n## )`).exec(runbook) ?? []
    expect(section, name).toMatch(/\*\*Run again|nothing is to be run again/)
  }
})
