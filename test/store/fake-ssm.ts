import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SSMClient } from '@aws-sdk/client-ssm'

interface Request {
  readonly Name: string
  readonly Value?: string
  readonly Type?: string
  readonly Overwrite?: boolean
  readonly WithDecryption?: boolean
}

export interface FakeSsm {
  readonly client: SSMClient
  /** What there is, by name. */
  readonly parameters: Map<string, string>
  /** Name of the error that every request on this parameter gets. */
  readonly refused: Map<string, string>
  /** What was asked, in order. */
  readonly requests: (Request & { readonly operation: string })[]
  close(): void
}

/** The two operations of SSM that are used, over its JSON protocol, on the loopback. */
export async function fakeSsm(): Promise<FakeSsm> {
  const parameters = new Map<string, string>()
  const refused = new Map<string, string>()
  const requests: FakeSsm['requests'] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const asked: Request = JSON.parse(Buffer.concat(chunks).toString())
    const operation = String(request.headers['x-amz-target']).replace('AmazonSSM.', '')
    requests.push({ ...asked, operation })
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
    }
    const error = (type: string) => answer(400, { __type: type, message: `${type} of ${asked.Name}` })
    const refusal = refused.get(asked.Name)
    if (refusal) return error(refusal)
    const known = parameters.get(asked.Name)
    if (operation === 'GetParameter') {
      if (known === undefined) return error('ParameterNotFound')
      const Value = asked.WithDecryption ? known : 'ciphertext'
      return answer(200, { Parameter: { Name: asked.Name, Type: 'SecureString', Value, Version: 1 } })
    }
    if (operation !== 'PutParameter' || asked.Type !== 'SecureString' || !asked.Value)
      return error('ValidationException')
    if (known !== undefined && !asked.Overwrite) return error('ParameterAlreadyExists')
    parameters.set(asked.Name, asked.Value)
    answer(200, { Version: 1, Tier: 'Standard' })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = new SSMClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'nobody', secretAccessKey: 'nothing' },
    maxAttempts: 1,
  })
  return {
    client,
    parameters,
    refused,
    requests,
    close() {
      client.destroy()
      server.close()
      server.closeAllConnections()
    },
  }
}
