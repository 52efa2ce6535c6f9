import * as z from 'zod'
import { invalid, TidemarkError } from './errors.ts'
import { graphUsage } from './graph-usage.ts'

/** Seconds to wait where Meta does not say how long: limits count a sliding hour or day. */
export const PAUSE = 900

const Code = z.coerce.number().int().nullish().catch(undefined)
const Words = z.string().catch('')
const Refusal = z.object({
  error: z.object({
    message: Words,
    type: Words,
    code: Code,
    error_subcode: Code,
    is_transient: z.boolean().catch(false),
    /** For people, in their language; says more where the message is only "Invalid parameter". */
    error_user_title: Words,
    error_user_msg: Words,
  }),
})
type Refusal = z.output<typeof Refusal>['error']

const read = (body: unknown): Refusal | undefined => Refusal.safeParse(body).data?.error

/** Application, user, page and custom limits; 341 is the application's daily one; 80000–80014 those of business uses. */
const isLimit = (code: number) => [4, 9, 17, 18, 32, 341, 368, 613].includes(code) || (code >= 80_000 && code <= 80_014)
/** Of an error without a code, the type tells: "the login status or access token has expired, been revoked, or is invalid". */
const codeOf = ({ code, type }: Refusal): number => code ?? (/^OAuth/.test(type) ? 190 : 0)
/** A token that is no good, or did not arrive: "An active access token must be used to query information". */
const isToken = (code: number, message: string) =>
  [102, 104, 190].includes(code) || (code === 2_500 && /\baccess token\b/i.test(message))
/** Why a token is no good, by subcode; a code 190 without one says no more (guide "Handling Errors"). */
const TOKEN_FAULTS: Record<number, string> = {
  458: 'its owner has removed the app',
  459: 'its owner has to log in to Facebook and clear a check',
  460: 'its owner has changed the password',
  463: 'it has expired',
  464: 'its owner is not confirmed',
  467: 'it has expired or was revoked',
  492: 'its owner no longer has a role on the Page',
}
/** Code 100, as bad parameters have, hence known by its words (facebook/facebook-python-business-sdk issue 528). */
const isProof = (code: number, message: string) => code === 100 && /\bappsecret_proof\b/.test(message)
/** Codes of a permission that is missing. */
export const isPermission = (code: number): boolean => code === 3 || code === 10 || (code >= 200 && code <= 299)
/** A field, path or version that exists no more: "(#12) … is deprecated for versions v2.11 and higher". */
const isVersion = (code: number) => [11, 12, 2_500, 2_635].includes(code)
/** "does not exist, cannot be loaded due to missing permissions, or …": which of these, Meta keeps to itself. */
const isHidden = (code: number, subcode: number | undefined) => (code === 100 && subcode === GONE) || code === 803

/** What `graphRefusal` has to know beside the answer. */
export interface Asker {
  readonly version: number
  readonly appSecret: string | undefined
  /** What the id in the config has to be of. */
  readonly object: 'Page' | 'Instagram account'
}

/**
 * How Meta's Graph API, under Facebook and under Instagram, words limits and failures; undefined for an answer that is
 * none. Codes: guides "Handling Errors" (developers.facebook.com/docs/graph-api/guides/error-handling) and "Rate Limits"
 * (…/graph-api/overview/rate-limiting).
 */
export function graphRefusal(
  { status, headers, body }: { status: number; headers: Readonly<Record<string, string>>; body: unknown },
  { version, appSecret, object }: Asker,
): TidemarkError | undefined {
  const found = read(body)
  if (!found) return undefined
  const { message, is_transient } = found
  const code = codeOf(found)
  const subcode = found.error_subcode ?? undefined
  const said = `error ${code}${subcode ? `/${subcode}` : ''}: ${message || 'no more is said'}${forPeople(found)}`
  const refused = (what: string) => new TidemarkError('credentials', `${said}; ${what}`)
  if (isLimit(code)) {
    // What the headers say is read by whoever retries; a 429 is tried again soon without them.
    const isStated = status === 429 || headers['retry-after'] !== undefined || graphUsage(headers)?.wait
    return new TidemarkError('limited', said, { retryAfter: isStated ? undefined : PAUSE })
  }
  if (isToken(code, message)) {
    const why = TOKEN_FAULTS[subcode ?? 0]
    return new TidemarkError('credentials', `${said}${why ? ` (${why})` : ''}; renew the token: secret 'token'`)
  }
  if (isProof(code, message)) {
    const what = appSecret ? 'is not of the app that the token was made by: correct it' : 'is needed: set it'
    return refused(`the secret 'appSecret' (TIDEMARK_<SOURCE ID>_APP_SECRET) ${what}`)
  }
  if (isPermission(code)) {
    // Meta may name another permission than the one that is missing.
    return refused(
      "give the app and the token's owner the permission; 'tidemark doctor' lists what is missing or cannot be checked",
    )
  }
  if (code === 5) return refused("add this server's address to the app's settings (Server IP allowlist)")
  if (isHidden(code, subcode)) {
    return refused(`correct the id of the ${object} in the config, or give the token's owner access to it`)
  }
  const isOther = otherThan(object).includes(/ on node type \((\w+)\)/.exec(message)?.[1] ?? '')
  if (code === 21 || isOther) {
    const of =
      object === 'Page' ? "the Page's" : "the Instagram account's (field 'instagram_business_account' of its Page)"
    return invalid(`${said}; the id in the config has to be ${of}: correct it`)
  }
  if (is_transient || code === 1 || code === 2 || status >= 500) return new TidemarkError('unavailable', said)
  const which = isVersion(code) ? `; asked of version v${version}.0: set option 'version' to a living one` : ''
  return new TidemarkError('changed', `${said}${which}`)
}

/** Whether the answer says that the token has run out, with whatever status. */
export function isTokenRefused(body: unknown): boolean {
  const found = read(body)
  return found !== undefined && isToken(codeOf(found), found.message)
}

/** Kinds of objects that ids are mistaken for: people paste the Page's id for that of its Instagram account. */
const otherThan = (object: Asker['object']) => ['User', 'Application', 'Group', object === 'Page' ? 'IGUser' : 'Page']

/** What the refusal says to people beyond its message. */
function forPeople({ message, error_user_title, error_user_msg }: Refusal): string {
  const more = error_user_title || error_user_msg
  return more && !message.includes(more) ? ` (${more.slice(0, 300)})` : ''
}

/** The code and subcode with which the Graph API refused; undefined if it was something else. */
export function refusal(error: unknown): { code: number; subcode: number | undefined } | undefined {
  const found = error instanceof TidemarkError && /\berror (\d+)(?:\/(\d+))?: /.exec(error.message)
  return found ? { code: Number(found[1]), subcode: found[2] ? Number(found[2]) : undefined } : undefined
}

/** Subcode of an object that does not exist, or is hidden from this token. */
export const GONE = 33
/** Subcode of a post older than the account's change into a professional one. */
export const BEFORE_PROFESSIONAL = 2_108_006
