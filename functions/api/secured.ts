import { createMiddleware } from 'hono/factory'
import type { Scope } from './keys.ts'
import { problem } from './problem.ts'
import type { Env, Serving } from './serving.ts'

/** Name of the security scheme in the OpenAPI document. */
export const SCHEME = 'key'

/** The part of a route that demands a key of that scope, checked before anything else of the request is looked at. */
export function secured({ verifyKey }: Serving, scope: Scope) {
  const middleware = createMiddleware<Env>(async (c, next) => {
    const given = /^Bearer +([^\s]+)$/i.exec(c.req.header('Authorization') ?? '')?.[1]
    if (given === undefined) {
      return problem(c, 'unauthenticated', {
        detail: "send a key in the header 'Authorization: Bearer tm_…'",
        headers: { 'WWW-Authenticate': 'Bearer realm="tidemark"' },
      })
    }
    const verdict = await verifyKey(given)
    if (verdict.status !== 'valid') {
      const detail = verdict.status === 'expired' ? 'the key has expired' : 'the key is unknown or was revoked'
      return problem(c, 'unauthenticated', {
        detail: `${detail}; ask whoever runs this deployment for another`,
        headers: {
          'WWW-Authenticate': `Bearer realm="tidemark", error="invalid_token", error_description="${detail}"`,
        },
      })
    }
    if (!verdict.scopes.includes(scope)) {
      return problem(c, 'missing-scope', {
        detail: `the key has ${verdict.scopes.join(', ')}; this route needs ${scope}`,
        headers: { 'WWW-Authenticate': `Bearer realm="tidemark", error="insufficient_scope", scope="${scope}"` },
      })
    }
    c.set('caller', { id: verdict.id, name: verdict.name })
    return next()
  })
  return { security: [{ [SCHEME]: [scope] }], middleware: [middleware] }
}
