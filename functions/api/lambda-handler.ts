import { handle } from 'hono/aws-lambda'
import { type AppOptions, createApp } from './app.ts'

export type LambdaHandler = ReturnType<typeof handle>

/** Makes the function behind the HTTP API. The gateway decides which host names lead here. */
export function lambdaHandler(options: Omit<AppOptions, 'anyHost'>): LambdaHandler {
  return handle(createApp({ ...options, anyHost: true }))
}
