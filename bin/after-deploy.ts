import type { MonthlyCost } from '../cli/monthly-cost.ts'
import type { Config } from '../functions/kit/config.ts'
import { InAws } from '../functions/kit/in-aws.ts'
import { collectedSources } from './collected-sources.ts'

/** Outputs of the stack. */
export interface Deployed {
  readonly Url: string
  readonly Bucket: string
  readonly TableName: string
  readonly Workflow: string
}

/** What somebody who has just deployed does next, with commands that can be copied. */
export function afterDeploy(config: Config, stage: string, deployed: Deployed, cost: MonthlyCost): string {
  const { email } = config.aws ?? InAws.parse({})
  const sources = collectedSources(config, stage)
  const secrets = sources.flatMap(({ id, secrets: names }) => names.map((name) => ({ id, name })))
  const optional = new Set(
    config.sources.flatMap(({ id, definition }) => (definition.optionalSecrets ?? []).map((name) => `${id}/${name}`)),
  )
  const environment = `TIDEMARK_STORE=aws TIDEMARK_STAGE=${stage} TIDEMARK_BUCKET=${deployed.Bucket} TIDEMARK_TABLE=${deployed.TableName}`
  const cadences = [...new Set(sources.map(({ cadence }) => cadence))]
  const blocks = [
    ['Dashboard and API', [deployed.Url]],
    [
      'Make a first key; it is shown once',
      [`${environment} npm run -s tidemark -- keys create --name first --scopes metrics:read`],
    ],
    [
      'Set the secrets; each command takes what you paste, then Ctrl-D',
      secrets.map(
        ({ id, name }) =>
          `aws ssm put-parameter --name /tidemark/${stage}/${id}/${name} --type SecureString --overwrite --value "$(cat)"${optional.has(`${id}/${name}`) ? '  # optional' : ''}`,
      ),
    ],
    [
      'Upload the files',
      sources
        .filter(({ dropBox }) => dropBox)
        .map(({ id }) => `aws s3 cp <path below the config> s3://${deployed.Bucket}/drop/${id}/<the same path>`),
    ],
    [
      `Runs, by the clock of ${config.timezone}`,
      cadences.map(
        (cadence) =>
          `${WHEN[cadence] ?? cadence}: ${sources.flatMap((source) => (source.cadence === cadence ? [source.id] : [])).join(', ')}`,
      ),
    ],
    [
      'Run now, without waiting for the schedule',
      [
        `aws stepfunctions start-execution --state-machine-arn ${deployed.Workflow} --input "$(aws scheduler get-schedule --group-name tidemark-${stage} --name tidemark-${stage}-${/^[a-z]+$/.test(cadences.sort()[0]!) ? cadences[0] : 'cron-0'} --query Target.Input --output text)"`,
      ],
    ],
    [
      'See that it works; it disturbs the stage for some minutes',
      stage.startsWith('prod') ? [] : [`npm run verify -- --stage ${stage}`],
    ],
    [
      'Who is told',
      [
        email
          ? `${email}, once the mail "Subscription Confirmation" is answered`
          : 'nobody: set aws.email in the config',
      ],
    ],
    [
      `Estimated cost a month, at list prices (${cost.prices}), with a million interactions`,
      [`$${cost.dollars.toFixed(2)}; $${cost.afterFreeTier.toFixed(2)} with what AWS gives every account`],
    ],
  ] as const
  return blocks
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title}\n${lines.map((one) => `  ${one}`).join('\n')}`)
    .join('\n\n')
}

const WHEN: Readonly<Record<string, string>> = { daily: 'daily at 04:00', hourly: 'every hour' }
