import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { destroyOptions, question } from '../../bin/destroy-options.ts'
import { apiKeys, revokedKey } from '../../bin/verify/api-keys.ts'
import { brokenSecret } from '../../bin/verify/broken-secret.ts'
import type { Bench, Claim } from '../../bin/verify/claim.ts'
import { costSoFar } from '../../bin/verify/cost-so-far.ts'
import { foreignSecret } from '../../bin/verify/foreign-secret.ts'
import { runDeployed } from '../../bin/verify/run-workflow.ts'
import { timedOutRun } from '../../bin/verify/timed-out-run.ts'
import { openUndo } from '../../bin/verify/undo.ts'
import { lineOf, verifyClaims } from '../../bin/verify/verify-claims.ts'
import { verifyOptions } from '../../bin/verify/verify-options.ts'
import { type AwsStack, openAwsStack } from '../../cli/aws-stack.ts'
import type { WorkflowInput } from '../../cli/run-workflow.ts'
import { invalid } from '../../functions/kit/errors.ts'
import { testConfig } from './synthesised.ts'

afterEach(() => vi.unstubAllEnvs())

const SNAPSHOT = JSON.stringify({
  revision: 1,
  metrics: { interactions: { windows: { '1d': { value: 3 }, all: { value: null } } } },
  sources: [{ id: 'shop', status: 'ok' }],
})

interface Fake {
  /** What a run of the workflow says of its first stream, in turn. */
  readonly results?: object[]
  readonly mayRead?: AwsStack['mayRead']
  /** What subscribers of the topic get. */
  readonly message?: string
  readonly answers?: Bench['ask']
  readonly emulated?: boolean
}

/** A deployment that notes what is done to it. */
function fakeBench({ results = [], mayRead, message, answers, emulated = false }: Fake = {}) {
  const did: string[] = []
  const inputs: WorkflowInput[] = []
  const secrets = new Map<string, string>()
  const undo = openUndo(() => {})
  const stack = {
    stage: 'dev',
    parameterArn: (name: string) => `arn:aws:ssm:r:1:parameter/tidemark/dev/${name}`,
    template: async () => ({ Resources: {} }),
    start: async (_: string, input: WorkflowInput) => `arn:run-${inputs.push(input)}`,
    execution: async () => ({
      status: 'SUCCEEDED',
      doing: 'Done',
      error: '',
      output: JSON.stringify({
        results: [results.shift() ?? { status: 'ok', stream: 'rows' }],
        compute: { status: 'done' },
      }),
    }),
    stop: async () => {},
    function: async (name: string) => ({ arn: `arn:${name}`, role: `role:${name}`, seconds: 900, memory: 512 }),
    setLimits: async (name: string, { seconds, memory }: { seconds: number; memory: number }) =>
      void did.push(`${name} ${seconds} s ${memory} MB`),
    parameter: async (name: string) => secrets.get(name) ?? null,
    setParameter: async (name: string, value: string) => {
      secrets.set(name, value)
      did.push(`set ${name}${value.startsWith('wrong-') ? ' wrong' : ''}`)
    },
    deleteParameter: async (name: string) => {
      secrets.delete(name)
      did.push(`delete ${name}`)
    },
    mayRead: mayRead ?? (async (_, parameters) => parameters.map(() => false)),
  } as unknown as AwsStack
  const bench: Bench = {
    stack,
    outputs: { Url: 'https://x', Bucket: 'b', TableName: 't', Workflow: 'arn:w', Topic: 'arn:t' },
    config: testConfig(),
    emulated,
    folder: '/nowhere',
    day: '2026-11-20' as never,
    undo,
    say: () => {},
    pause: async () => {},
    ask: answers ?? (async (_, key) => ({ status: key ? 200 : 401, body: SNAPSHOT })),
    drop: async () => ({ bytes: 1, takeBack: async () => {} }),
    listen: (queue) => ({
      queue,
      open: async () => void did.push('listen'),
      heard: async () => (message === undefined ? [] : [message]),
      close: async () => void did.push('stop listening'),
    }),
    makeKey: async () => ({ id: 'k', key: 'tm_k', revoke: async () => void did.push('revoke') }),
    spent: null,
    notes: {},
  }
  return { bench, did, inputs, secrets, undo }
}

async function verdicts(claims: readonly Claim[], bench: Bench) {
  return (await Array.fromAsync(verifyClaims(claims, bench))).map(({ verdict }) => verdict)
}

describe('npm run verify', () => {
  it('wants a stage, and consent to disturb production', () => {
    expect(verifyOptions(['--stage', 'dev', '--json'])).toEqual({ stage: 'dev', json: true, askCost: false })
    expect(() => verifyOptions([])).toThrow(/--stage dev/)
    for (const stage of ['prod', 'production', 'prod-eu']) {
      expect(() => verifyOptions(['--stage', stage])).toThrow(/--disturb-production/)
      expect(verifyOptions(['--stage', stage, '--disturb-production']).stage).toBe(stage)
    }
    expect(() => verifyOptions(['--stage', 'dev', '--yes'])).toThrow(/--yes.*expected --stage/s)
  })

  it('goes on after a claim that fails, tells what may not be looked at, and stops on a signal', async () => {
    const throwing = (error: Error): Claim => ({ claim: 'x', look: () => Promise.reject(error) })
    const named = (name: string) => Object.assign(new Error('why'), { name })
    const { bench } = fakeBench()
    const claims = [throwing(invalid('bad')), throwing(named('AccessDeniedException')), throwing(named('TypeError'))]
    expect(await verdicts(claims, bench)).toEqual(['FAIL', 'NOT SHOWN', 'FAIL'])
    await expect(verdicts([throwing(named('AbortError')), throwing(invalid('bad'))], bench)).rejects.toThrow('why')
    const [first] = await Array.fromAsync(verifyClaims(claims, bench))
    expect(lineOf(first!)).toBe('FAIL       x | could not be done to the end | bad')
  })

  it('does not count what an emulator is no evidence for', async () => {
    const passing: Claim = {
      claim: 'x',
      notEvidence: 'because',
      look: async () => ({ verdict: 'PASS', done: '', seen: 'y' }),
    }
    expect(await verdicts([passing], fakeBench().bench)).toEqual(['PASS'])
    const [seen] = await Array.fromAsync(verifyClaims([passing], fakeBench({ emulated: true }).bench))
    expect(seen).toMatchObject({ verdict: 'NOT SHOWN', seen: 'no evidence: because; y' })
  })

  it('puts back what it changed, newest first, and says what it could not', async () => {
    const did: string[] = []
    const said: string[] = []
    const undo = openUndo((line) => said.push(line))
    const change = (what: string, back: () => Promise<void>) => undo.add({ what, byHand: `mend ${what}`, back })
    change('a', async () => void did.push('a'))
    change('b', () => Promise.reject(new Error('no')))
    const now = change('c', async () => void did.push('c'))
    await now()
    await now()
    change('d', async () => void did.push('d'))
    expect(await undo.run()).toEqual(['b was not put back (no); do it by hand: mend b'])
    expect(did).toEqual(['c', 'd', 'a'])
    expect(await undo.run()).toEqual([])
    expect(said[0]).toBe('for a while: a; by hand: mend a')
  })
})

describe('the claims', () => {
  it('a key is asked for, works, and ends', async () => {
    const { bench, did, undo } = fakeBench()
    expect(await apiKeys.look(bench)).toMatchObject({ verdict: 'PASS', seen: expect.stringContaining('1 of 2 values') })
    // It still works in the fake, for ever.
    expect(await revokedKey.look(bench)).toMatchObject({ verdict: 'FAIL' })
    await undo.run()
    expect(did).toEqual(['revoke'])

    const open = fakeBench({ answers: async () => ({ status: 200, body: SNAPSHOT }) })
    expect(await apiKeys.look(open.bench)).toMatchObject({ verdict: 'FAIL' })
  })

  it('a run that is killed and repeated changes nothing; limits are put back before it is repeated', async () => {
    const killed = { status: 'failed', error: { Error: 'Sandbox.Timedout', Cause: '' } }
    const notes = { dropped: { source: 'shop', stream: 'rows' }, key: { key: 'tm_k' } as never, snapshot: SNAPSHOT }
    const { bench, did, inputs } = fakeBench({ results: [killed] })
    Object.assign(bench.notes, notes)
    expect(await timedOutRun.look(bench)).toMatchObject({ verdict: 'PASS' })
    expect(did).toEqual(['ingest-shop 1 s 128 MB', 'ingest-shop 900 s 512 MB'])
    expect(inputs).toHaveLength(2)
    expect(inputs[0]).toMatchObject({ from: '2026-11-20', to: '2026-11-20', force: true, compute: 'arn:compute' })

    const unkilled = fakeBench()
    Object.assign(unkilled.bench.notes, notes)
    expect(await timedOutRun.look(unkilled.bench)).toMatchObject({ verdict: 'NOT SHOWN' })
    const changed = fakeBench({ results: [killed], answers: async () => ({ status: 200, body: '{}' }) })
    Object.assign(changed.bench.notes, notes)
    expect(await timedOutRun.look(changed.bench)).toMatchObject({ verdict: 'FAIL' })
    expect(await timedOutRun.look(fakeBench().bench)).toMatchObject({ verdict: 'NOT SHOWN' })
  })

  it('a run beside another is run once more', async () => {
    const { bench, inputs } = fakeBench({ results: [{ status: 'duplicate' }] })
    const { output } = await runDeployed(bench, { source: 'shop', streams: ['rows'] })
    expect(output.results[0]?.status).toBe('ok')
    expect(inputs).toHaveLength(2)
    expect(inputs[1]).toMatchObject({ from: null, to: null, force: false })
  })

  it('a wrong secret is told, and the right one put back', async () => {
    const told = 'hubspot.contacts: credentials: renew it. To do: …'
    const { bench, did, secrets, undo } = fakeBench({ message: told })
    secrets.set('hubspot/token', 'right')
    expect(await brokenSecret.look(bench)).toMatchObject({ verdict: 'PASS' })
    expect(secrets.get('hubspot/token')).toBe('right')
    await undo.run()
    expect(did).toEqual(['listen', 'set hubspot/token wrong', 'set hubspot/token', 'stop listening'])

    const none = fakeBench({ message: told })
    await brokenSecret.look(none.bench)
    expect(none.secrets.has('hubspot/token')).toBe(false)
    const judged = async (fake: Fake) => (await brokenSecret.look(fakeBench(fake).bench)).verdict
    expect(await judged({})).toBe('FAIL')
    expect(await judged({ message: 'hubspot.contacts: unavailable: down' })).toBe('NOT SHOWN')
    expect(await judged({ message: 'hubspot.contacts: Runtime.ExitError: x' })).toBe('FAIL')
  })

  it('no role may read what is not its own, and each may read what is', async () => {
    const own: AwsStack['mayRead'] = async (role, parameters) =>
      parameters.map((arn) => arn.includes(`/dev/${role.replace('role:ingest-', '')}/`))
    expect(await foreignSecret.look(fakeBench({ mayRead: own }).bench)).toMatchObject({ verdict: 'PASS' })
    const all: AwsStack['mayRead'] = async (_, parameters) => parameters.map(() => true)
    const seen = await foreignSecret.look(fakeBench({ mayRead: all }).bench)
    expect(seen.verdict).toBe('FAIL')
    expect(seen.seen).toContain('ingest-hubspot may read hubspot-2/token')
    expect(await foreignSecret.look(fakeBench().bench)).toMatchObject({
      verdict: 'FAIL',
      seen: expect.stringContaining('ingest-hubspot may not read hubspot/token'),
    })
  })

  it('the bill is not shown unless it is asked for', async () => {
    const { bench } = fakeBench()
    expect(await costSoFar.look(bench)).toMatchObject({
      verdict: 'NOT SHOWN',
      seen: expect.stringContaining('--ask-cost'),
    })
    const asked = { ...bench, spent: async () => ({ from: '2026-11-01' as never, dollars: 0.5 }) }
    expect(await costSoFar.look(asked)).toMatchObject({ verdict: 'PASS', seen: expect.stringContaining('$0.50') })
    expect(await costSoFar.look({ ...bench, spent: async () => null })).toMatchObject({ verdict: 'NOT SHOWN' })
  })
})

it("IAM's simulator: each resource has a decision of its own, below the most restrictive of all", async () => {
  const of = (name: string, decision: string) =>
    `<member><EvalResourceName>${name}</EvalResourceName><EvalResourceDecision>${decision}</EvalResourceDecision></member>`
  const server = createServer((request, response) => {
    request.resume()
    response.setHeader('Content-Type', 'text/xml')
    response.end(
      `<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult><EvaluationResults><member><EvalActionName>ssm:GetParameter</EvalActionName><EvalResourceName>*</EvalResourceName><EvalDecision>implicitDeny</EvalDecision><ResourceSpecificResults>${of('a', 'allowed')}${of('b', 'implicitDeny')}</ResourceSpecificResults></member></EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>`,
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'x')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x')
  const stack = openAwsStack('dev')
  try {
    expect(await stack.mayRead('arn:aws:iam::1:role/r', ['a', 'b'])).toEqual([true, false])
  } finally {
    stack.close()
    server.close()
  }
})

describe('npm run destroy', () => {
  it('keeps data unless told otherwise, and then wants the name of the stage', () => {
    expect(destroyOptions([])).toEqual({ stage: 'prod', yes: false, deleteData: false })
    expect(question(destroyOptions(['--stage', 'dev']))).toMatchObject({
      answer: 'y',
      text: expect.stringContaining('keep'),
    })
    expect(question(destroyOptions(['--stage', 'dev', '--delete-data']))).toMatchObject({
      answer: 'dev',
      text: expect.stringContaining('for good'),
    })
    expect(() => destroyOptions(['--all'])).toThrow(/--delete-data/)
    // It becomes part of a pattern that finds what is deleted.
    for (const stage of ['.*', 'Dev', 'a'.repeat(13), '']) {
      expect(() => destroyOptions(['--stage', stage, '--delete-data'])).toThrow(/is no name/)
    }
  })
})
