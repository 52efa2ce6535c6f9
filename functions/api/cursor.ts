import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { addDays, type Day, dayOf, isDay } from '../kit/day.ts'
import { type CursorSecretRow, keys } from '../store/rows.ts'
import type { Table } from '../store/table.ts'

/** Says where a page ended, to callers who can neither make that up nor carry it over to another question. */
export interface Cursors {
  /** @param question all that decides which entries there are */
  write(question: string, position: string): Promise<string>
  /** The position; null if the cursor is of another question or deployment, made up, or too old. */
  read(question: string, cursor: string): Promise<string | null>
}

/**
 * Cursors that hold on the day they are written and the day after: at least 24 hours. Of the same day they are the same,
 * so that pages keep their ETags.
 */
export function signedCursors(table: Table, now: () => Date, timezone: string): Cursors {
  let secret: Promise<Uint8Array> | undefined
  const today = () => dayOf(now().getTime(), timezone)

  async function sign(question: string, payload: string): Promise<Buffer> {
    secret ??= readSecret(table).catch((cause) => {
      secret = undefined
      throw cause
    })
    return createHmac('sha256', await secret)
      .update(`${question}\n${payload}`)
      .digest()
      .subarray(0, 16)
  }

  return {
    async write(question, position) {
      const payload = Buffer.from(`${today()} ${position}`).toString('base64url')
      return `${payload}.${(await sign(question, payload)).toString('base64url')}`
    },

    async read(question, cursor) {
      const [payload = '', signature = '', more] = cursor.split('.')
      const given = Buffer.from(signature, 'base64url')
      const right = await sign(question, payload)
      if (more !== undefined || given.length !== right.length || !timingSafeEqual(given, right)) return null
      const text = Buffer.from(payload, 'base64url').toString()
      const [day, position] = [text.slice(0, 10), text.slice(11)]
      return isDay(day) && today() <= addDays(day as Day, 1) ? position : null
    },
  }
}

/** The deployment's secret, which the first that needs it makes. */
async function readSecret(table: Table): Promise<Uint8Array> {
  const at = keys.cursorSecret()
  const found = async () => ((await table.get(at.pk, at.sk)) as CursorSecretRow | undefined)?.secret
  const known = await found()
  if (known) return known
  const fresh = new Uint8Array(randomBytes(32))
  return (await table.put({ ...at, secret: fresh }, 'absent')) ? fresh : ((await found()) ?? fresh)
}
