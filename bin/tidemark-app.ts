import { App, type AppProps, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'
import type { Config } from '../functions/kit/config.ts'
import { InAws } from '../functions/kit/in-aws.ts'
import { TidemarkStack, type TidemarkStackProps } from '../lib/tidemark-stack.ts'
import { collectedSources } from './collected-sources.ts'

export interface TidemarkAppProps extends AppProps {
  readonly config: Config
  readonly stage: string
  readonly folders: TidemarkStackProps['folders']
  /** @default - whatever the environment of the CLI says */
  readonly env?: { readonly account?: string; readonly region?: string }
}

/** The CDK app: one stack, held to AWS's own rules and to those of cdk-nag. Synthesising throws if it breaks one. */
export function tidemarkApp({ config, stage, folders, env, ...props }: TidemarkAppProps): {
  app: App
  stack: TidemarkStack
} {
  const app = new App(props)
  const { email, collectDrops, dashboard } = config.aws ?? InAws.parse({})
  const stack = new TidemarkStack(app, `tidemark-${stage}`, {
    ...(env && { env }),
    stage,
    timezone: config.timezone,
    sources: collectedSources(config, stage),
    folders,
    collectDrops,
    dashboard,
    ...(email && { email }),
  })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
  return { app, stack }
}
