import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import type * as z from 'zod'
import { type Ask, Refusal } from './ask.ts'
import { explainChange } from './explain-change.ts'
import { getSeries } from './get-series.ts'
import { getSnapshot } from './get-snapshot.ts'
import { listMetrics } from './list-metrics.ts'
import { listSources } from './list-sources.ts'
import type { Tool } from './tool.ts'

const INSTRUCTIONS = `Daily customer-engagement metrics of one company, each number with its proof.
Call list_metrics first: it says which metrics, windows and days there are.
A day is a calendar day in the time zone that every answer names. 'latest' and 'points' hold complete days only: every source has settled. A day in 'in_progress' is still being collected or may still be changed by a vendor; its value is usually too low, so it is no drop, and not to be compared with complete days.
A null value is "no data" for the reason given, never zero. 'coverage' below 1 means that some of the data is not there. Money is in minor units of its currency.
Values of distinct people or of medians cannot be added up over days: ask for a longer window instead.`

const DEMO = '\nThis is demo data: simulators play the vendors; it is no real company.'

export interface Answering {
  readonly version: string
  /** Whether simulators play the vendors. */
  readonly demo: boolean
  readonly ask: Ask
}

/** Answers one message of the protocol, which was parsed from the body of the request. A fault of ours is thrown. */
export async function answerMessage(request: Request, message: object, answering: Answering): Promise<Response> {
  const faults: unknown[] = []
  const server = new McpServer(
    { name: 'tidemark', title: 'Tidemark', version: answering.version },
    { instructions: INSTRUCTIONS + (answering.demo ? DEMO : '') },
  )
  const add = <S extends z.ZodObject>({ name, title, description, input, answer }: Tool<S>) =>
    server.registerTool(
      name,
      {
        title,
        description,
        inputSchema: input as z.ZodObject,
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      async (given) => {
        try {
          const found = await answer(given as z.output<S>, answering.ask)
          return { content: [{ type: 'text', text: JSON.stringify(found) }] }
        } catch (error) {
          if (!(error instanceof Refusal)) faults.push(error)
          const text = error instanceof Refusal ? error.message : 'something is broken on our side'
          return { content: [{ type: 'text', text }], isError: true }
        }
      },
    )
  add(listMetrics)
  add(getSnapshot)
  add(getSeries)
  add(explainChange)
  add(listSources)

  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  // The SDK's class allows `undefined` where its interface does not.
  await server.connect(transport as Parameters<typeof server.connect>[0])
  try {
    const answer = await transport.handleRequest(request, { parsedBody: message })
    if (faults.length > 0) throw faults[0]
    return answer
  } finally {
    await server.close()
  }
}
