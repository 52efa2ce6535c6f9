import * as z from 'zod'
import type { Http } from './api.ts'
import { TidemarkError } from './errors.ts'
import { isPermission, refusal } from './graph-refusal.ts'
import type { Missing, Probed } from './source.ts'

/** A permission, and how to find out that it is missing where Meta does not list those of a token. */
export interface WantedPermission extends Missing {
  /** Page that it has to be granted for, as people now choose Pages one by one. @default - any */
  readonly target?: string
  /** A cheap call that is refused without it; false where its answer does not tell. @default - it cannot be told by asking */
  ask?(): Promise<unknown>
}

const Inspected = z.object({
  data: z.object({
    is_valid: z.boolean().default(true),
    /** Why it is not. */
    error: z.object({ message: z.string().default('') }).optional(),
    type: z.string().default('unknown'),
    application: z.string().optional(),
    /** Epoch seconds; 0 is never. */
    expires_at: z.number().default(0),
    data_access_expires_at: z.number().default(0),
    scopes: z.array(z.string()).default([]),
    granular_scopes: z.array(z.object({ scope: z.string(), target_ids: z.array(z.string()).default([]) })).default([]),
  }),
})
type Inspected = z.output<typeof Inspected>['data']

interface GraphPermissions extends Required<Pick<Probed, 'details' | 'missing'>> {
  /** Whose token it is: `USER`, `PAGE`, …; undefined where Meta does not tell this token about itself. */
  readonly type: string | undefined
}

/**
 * Which of the permissions a token lacks, and until when it lives. `debug_token` tells all of it in one call, but only an app's
 * developers (reference "Debug-Token": "an app access token or an app developer's user access token"); everybody else
 * finds out by asking for what each permission opens.
 * @param inspected the token; undefined where its host has no `debug_token` (graph.instagram.com)
 */
export async function graphPermissions(
  http: Http,
  version: number,
  inspected: string | undefined,
  wanted: readonly WantedPermission[],
): Promise<GraphPermissions> {
  const token = inspected === undefined ? undefined : await inspect(http, version, inspected)
  const missing: Missing[] = []
  const untold: string[] = []
  for (const one of wanted) {
    const { permission, for: reads, grant } = one
    const has = token ? !isMissing(token, one) : await isGranted(one)
    if (has === false) missing.push({ permission, for: reads, grant })
    if (has === undefined) untold.push(permission)
  }
  const unseen = untold.length > 0 && { 'cannot be checked': untold.join(', ') }
  return { type: token?.type, details: { ...(token && detailsOf(token)), ...unseen }, missing }
}

/** Undefined where Meta does not tell this token about itself. */
async function inspect(http: Http, version: number, token: string): Promise<Inspected | undefined> {
  try {
    const { body } = await http.get(`v${version}.0/debug_token`, {
      query: { input_token: token },
      headers: { authorization: `Bearer ${token}` },
      schema: Inspected,
    })
    if (body.data.is_valid) return body.data
    const why = body.data.error?.message || 'it is not valid'
    throw new TidemarkError('credentials', `Meta says of the token: ${why}; renew the token: secret 'token'`)
  } catch (error) {
    if (isForbidden(error) || (error instanceof TidemarkError && error.code === 'changed' && refusal(error)))
      return undefined
    throw error
  }
}

function isMissing({ scopes, granular_scopes }: Inspected, { permission, target }: WantedPermission): boolean {
  if (!scopes.includes(permission)) return true
  const targets = granular_scopes.find(({ scope }) => scope === permission)?.target_ids ?? []
  return target !== undefined && targets.length > 0 && !targets.includes(target)
}

/** Undefined where that cannot be told. */
async function isGranted({ ask }: WantedPermission): Promise<boolean | undefined> {
  if (!ask) return undefined
  try {
    return (await ask()) === false ? undefined : true
  } catch (error) {
    if (isForbidden(error)) return false
    throw error
  }
}

/** For want of a permission, and not of a token. */
const isForbidden = (error: unknown) => isPermission(refusal(error)?.code ?? 0)

function detailsOf({ type, application, expires_at, data_access_expires_at }: Inspected): Record<string, string> {
  const on = (seconds: number) => new Date(seconds * 1_000).toISOString()
  return {
    token: `${type.toLowerCase()}${application ? ` of app '${application}'` : ''}`,
    'token until': expires_at ? on(expires_at) : 'it is revoked',
    ...(data_access_expires_at && { 'data access until': on(data_access_expires_at) }),
  }
}
