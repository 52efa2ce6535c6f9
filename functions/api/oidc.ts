import { createHash } from 'node:crypto'
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import * as z from 'zod'
import type { Oidc } from '../kit/config.ts'
import { TidemarkError } from '../kit/errors.ts'
import type { Verdict, Verify } from './keys.ts'

/** Asymmetric ones only: whoever can check a token must not be able to make one. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const CLOCK_TOLERANCE_S = 60
const TIMEOUT_MS = 3_000
const MOST_BYTES = 262_144
/** How long an issuer that failed is left alone. */
const FAILED_MS = 10_000
/** How long keys are kept, and how soon they are fetched again for a token that names an unknown one. */
const KEPT_MS = 600_000
const COOLDOWN_MS = 30_000

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() })

/**
 * Checks tokens of the configured issuer (OpenID Connect). Its keys are fetched when the first token comes, and again
 * when a token names one that is not known, twice a minute at most.
 * @throws `unavailable` while the issuer cannot be asked
 */
export function oidcVerifier({ issuer, audience, claim, scopes }: Oidc, now: () => Date): Verify {
  const load = guarded(issuer, now)
  let keySet: JWTVerifyGetKey | undefined
  const findKey: JWTVerifyGetKey = async (header, token) => {
    keySet ??= await discover(issuer, load)
    return keySet(header, token)
  }
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, findKey, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: now(),
        requiredClaims: ['exp', 'sub'],
      })
      return caller(
        payload,
        valuesOf(payload[claim]).flatMap((value) => (Object.hasOwn(scopes, value) ? scopes[value]! : [])),
      )
    } catch (cause) {
      return refusal(cause, issuer)
    }
  }
}

function caller({ iss, sub }: JWTPayload, scopes: readonly string[]): Verdict {
  const id = createHash('sha256').update(`${iss}\n${sub}`).digest('hex').slice(0, 32)
  return {
    status: 'valid',
    id: `oidc-${id}`,
    name: String(sub).replace(/\p{C}/gu, '').slice(0, 80),
    scopes: [...new Set(scopes)],
  }
}

/** The values of a claim: text with blanks between (RFC 8693, §4.2), or a list. */
function valuesOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ')
  return Array.isArray(claim) ? claim.filter((value) => typeof value === 'string') : []
}

/** What is wrong with the token; everything else is the issuer's fault. */
function refusal(cause: unknown, issuer: string): Verdict {
  if (cause instanceof errors.JWTExpired) return { status: 'refused', reason: 'the token has expired' }
  if (cause instanceof errors.JWTClaimValidationFailed) {
    return { status: 'refused', reason: `the claim '${cause.claim}' of the token does not fit` }
  }
  if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) {
    return { status: 'refused', reason: 'the token is signed with a key that its issuer does not publish' }
  }
  const wrong = [
    errors.JWSSignatureVerificationFailed,
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
    errors.JWSInvalid,
    errors.JWTInvalid,
  ]
  if (wrong.some((kind) => cause instanceof kind)) return { status: 'refused', reason: 'the token is not valid' }
  if (cause instanceof TidemarkError) throw cause
  throw unreachable(issuer, cause)
}

const unreachable = (issuer: string, cause?: unknown) =>
  new TidemarkError('unavailable', `the issuer ${issuer} cannot be asked for its keys; try again later`, {
    retryAfter: FAILED_MS / 1_000,
    cause,
  })

type Load = (url: string, signal?: AbortSignal) => Promise<Response>

async function discover(issuer: string, load: Load): Promise<JWTVerifyGetKey> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const found = Discovery.safeParse(await (await load(address)).json().catch(() => null))
  // OpenID Connect Discovery 1.0, §4.3: another issuer's document is none.
  if (!found.success || found.data.issuer !== issuer) throw unreachable(issuer)
  const keys = new URL(found.data.jwks_uri)
  if (keys.protocol !== new URL(issuer).protocol) throw unreachable(issuer)
  return createRemoteJWKSet(keys, {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: KEPT_MS,
    [customFetch]: (url, { signal }) => load(url, signal),
  })
}

/** Fetches small JSON: no redirects, not for long, not much; and what failed a moment ago is not tried again. */
function guarded(issuer: string, now: () => Date): Load {
  const failed = new Map<string, number>()
  return async (url, signal = AbortSignal.timeout(TIMEOUT_MS)) => {
    const ms = now().getTime()
    if (ms - (failed.get(url) ?? Number.NEGATIVE_INFINITY) < FAILED_MS) throw unreachable(issuer)
    try {
      const answer = await fetch(url, { signal, redirect: 'error', headers: { Accept: 'application/json' } })
      const body = await readUpTo(answer, MOST_BYTES)
      if (answer.status !== 200 || body === null) throw unreachable(issuer)
      failed.delete(url)
      return new Response(body, { headers: { 'Content-Type': 'application/json' } })
    } catch (cause) {
      failed.set(url, ms)
      throw cause instanceof TidemarkError ? cause : unreachable(issuer, cause)
    }
  }
}

/** The body; null if it is larger than that. */
async function readUpTo({ body }: Response, most: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body ?? []) {
    size += part.length
    if (size > most) return null
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}
