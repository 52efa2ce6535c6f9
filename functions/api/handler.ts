import { handle } from 'hono/aws-lambda'
import { type AppOptions, createApp } from './app.ts'

/** The Lambda function behind the HTTP API. The gateway decides which host names lead here. */
export function lambdaHandler(options: Omit<AppOptions, 'anyHost'>): ReturnType<typeof handle> {
  return handle(createApp({ ...options, anyHost: true }))
}
