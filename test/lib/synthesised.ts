import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Template } from 'aws-cdk-lib/assertions'
import { afterAll } from 'vitest'
import { tidemarkApp } from '../../bin/tidemark-app.ts'
import { interactions } from '../../functions/facts.ts'
import { type Config, type ConfigInput, defineConfig } from '../../functions/kit/config.ts'
import { csv } from '../../functions/sources/csv.ts'
import { facebook } from '../../functions/sources/facebook.ts'
import { hubspot } from '../../functions/sources/hubspot.ts'

/** A value of a template, whatever it is: an assertion says what it ought to be. */
// biome-ignore lint/suspicious/noExplicitAny: a template has no types; every look into it would be a cast
export type Untyped = any

export interface Resource {
  readonly Type: string
  readonly Properties: Record<string, Untyped>
  readonly [attribute: string]: unknown
}

export interface Statement {
  readonly Sid?: string
  readonly Effect: 'Allow'
  readonly Action: string | string[]
  readonly Resource: unknown
  readonly Condition?: Record<string, Record<string, unknown>>
}

/** What came of synthesising, by logical id and by name. */
export interface Synthesised {
  readonly template: Template
  readonly resources: Readonly<Record<string, Resource>>
  ofType(type: string): [id: string, resource: Resource][]
  /** What the role of the function whose name ends so may do. */
  statementsOf(functionName: string): Statement[]
}

const root = mkdtempSync(join(tmpdir(), 'tidemark-stack-'))

/** A config with a source that has files, one with an optional secret, and two accounts whose ids begin alike. */
export const testConfig = (more: Partial<ConfigInput> = {}): Config =>
  defineConfig({
    timezone: 'Europe/Berlin',
    currency: 'EUR',
    sources: [
      hubspot({}),
      hubspot({}, { id: 'hubspot-2' }),
      facebook({ page: '1' }),
      csv(
        {
          file: 'shop.csv',
          zone: 'Europe/Berlin',
          map: (row) => interactions({ at: row.at!, channel: 'web', kind: 'action' }),
        },
        { id: 'shop' },
      ),
    ],
    aws: { email: 'ops@example.com', schedules: { shop: 'hourly' } },
    ...more,
  })

let made = 0

/** Synthesises a stack over empty bundles. Throws what synthesising throws. */
export function synthesise(config: Config, stage = 'prod'): Synthesised {
  const folders = Object.fromEntries(
    ['ingest', 'compute', 'api', 'watch', 'setup'].map((name) => {
      const folder = mkdtempSync(join(root, `${name}-`))
      writeFileSync(join(folder, 'handler.mjs'), `// ${name}`)
      return [name, folder]
    }),
  ) as Parameters<typeof tidemarkApp>[0]['folders']
  const context = { '@aws-cdk/core:validateAgainstDefaultRules': true, '@aws-cdk/aws-iam:minimizePolicies': true }
  const { app, stack } = tidemarkApp({ config, stage, folders, context, outdir: join(root, `out-${made++}`) })
  app.synth()
  const template = Template.fromStack(stack)
  const resources: Record<string, Resource> = template.toJSON().Resources
  const ofType = (type: string) => Object.entries(resources).filter(([, resource]) => resource.Type === type)
  return {
    template,
    resources,
    ofType,
    statementsOf(functionName) {
      const found = ofType('AWS::Lambda::Function').find(([, { Properties }]) =>
        Properties.FunctionName.endsWith(functionName),
      )
      const role = found?.[1].Properties.Role['Fn::GetAtt'][0]
      const policies = ofType('AWS::IAM::Policy').filter(([, { Properties }]) =>
        Properties.Roles.some(({ Ref }: Untyped) => Ref === role),
      )
      return policies.flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    },
  }
}

export const cleanUp = () => afterAll(() => rmSync(root, { recursive: true, force: true }))

/** An ARN as text: `<LakeBucket>/raw/*` for what CloudFormation puts together. */
export function arnText(arn: Untyped): string {
  if (typeof arn === 'string') return arn
  if (arn?.Ref) return `<${arn.Ref}>`
  if (arn?.['Fn::GetAtt']) return `<${arn['Fn::GetAtt'][0]}>`
  if (arn?.['Fn::Join']) return arn['Fn::Join'][1].map(arnText).join('')
  throw new Error(`no ARN: ${JSON.stringify(arn)}`)
}

export const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T])
