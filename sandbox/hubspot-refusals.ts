import type { SandboxAnswer } from './messages.ts'

const correlationId = '00000000-0000-4000-8000-000000000000'

const refusal = (status: number, message: string, category: string): SandboxAnswer => ({
  status,
  body: { status: 'error', message, correlationId, category },
})

const rateLimit = (message: string, policyName: string): SandboxAnswer => ({
  status: 429,
  body: { status: 'error', message, errorType: 'RATE_LIMIT', policyName, correlationId },
})

/** How HubSpot says no. */
export const refusals = {
  notFound: refusal(404, 'resource not found', 'OBJECT_NOT_FOUND'),
  invalid: (message: string) => refusal(400, message, 'VALIDATION_ERROR'),
  noToken: refusal(401, 'Authentication credentials not found.', 'INVALID_AUTHENTICATION'),
  unknownToken: refusal(401, 'The token is unknown or was revoked.', 'INVALID_AUTHENTICATION'),
  expiredToken: refusal(401, 'The token has expired.', 'EXPIRED_AUTHENTICATION'),
  broken: refusal(500, 'internal error', 'INTERNAL_ERROR'),
  secondly: rateLimit('You have reached your secondly limit.', 'SECONDLY'),
  daily: rateLimit('You have reached your daily limit.', 'DAILY'),
  /** The body is the one in HubSpot/hubspot-api-nodejs issue 268, with the granular name of the scope. */
  missingScope: (scope: string): SandboxAnswer => ({
    status: 403,
    body: {
      status: 'error',
      message: "This app hasn't been granted all required scopes to make this call.",
      correlationId,
      errors: [
        {
          message: 'One or more of the following scopes are required.',
          context: { requiredGranularScopes: [scope] },
        },
      ],
      category: 'MISSING_SCOPES',
    },
  }),
}
