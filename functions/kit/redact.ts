/** Shorter values are not hidden: they occur in harmless text as well. */
const SHORTEST = 6

/**
 * Returns a function that replaces every one of `secrets` in a text by `***`: as it is, URL-encoded, form-encoded,
 * escaped as in JSON, of a value such as `Bearer abc…` its last word alone, and of a key file in JSON its secret fields.
 */
export function redactor(secrets: Iterable<string>): (text: string) => string {
  const forms = new Set<string>()
  for (const secret of secrets) {
    for (const value of [secret, secret.trim(), secret.trim().split(/\s+/).at(-1)!, ...fieldsOf(secret)]) {
      forms.add(value)
      forms.add(encodeURIComponent(value))
      forms.add(encodeURI(value))
      forms.add(new URLSearchParams({ '': value }).toString().slice(1))
      forms.add(JSON.stringify(value).slice(1, -1))
    }
  }
  const hidden = [...forms].filter((form) => form.length >= SHORTEST).sort((a, b) => b.length - a.length)
  if (hidden.length === 0) return (text) => text
  const pattern = new RegExp(hidden.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'gi')
  return (text) => text.replace(pattern, '***')
}

/** Values of a JSON object whose names say that they are secret, such as `private_key` and `refresh_token`. */
function fieldsOf(secret: string): string[] {
  if (!secret.trimStart().startsWith('{')) return []
  try {
    const fields = Object.entries(JSON.parse(secret) as Record<string, unknown>)
    return fields.flatMap(([name, value]) => {
      return /(key|secret|token|password)$/i.test(name) && typeof value === 'string' ? [value] : []
    })
  } catch {
    // No JSON: a secret as any other.
    return []
  }
}

/** Headers whose values are no secret: they are shown where they matter, as in "version 202511 has ended". */
export function isPublic(name: string): boolean {
  return /^(accept|accept-language|content-type|user-agent)$|(version|revision)$/i.test(name)
}
