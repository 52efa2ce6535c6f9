import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'

/** Where `cdk bootstrap` notes what it made. */
const VERSION = '/cdk-bootstrap/hnb659fds/version'

/** Whether the CDK may deploy to the account and region of the environment. */
export async function isBootstrapped(client = new SSMClient({})): Promise<boolean> {
  try {
    await client.send(new GetParameterCommand({ Name: VERSION }))
    return true
  } catch (cause) {
    if ((cause as Error).name === 'ParameterNotFound') return false
    throw cause
  } finally {
    client.destroy()
  }
}
