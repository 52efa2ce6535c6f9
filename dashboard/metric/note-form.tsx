import { useContext, useRef, useState } from 'preact/hooks'
import { api } from '../api.ts'
import { type NewAnnotation, Refusal } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { Trouble } from '../trouble.tsx'
import { SessionContext } from '../use-answer.ts'
import { isPlaced, Refused } from './refused.tsx'
import { RetryKey } from './retry-key.ts'

const FIELDS = ['title', 'date_from', 'date_to', 'channel', 'tags'] as const

/** Notes what happened on some days. Sent twice, it is noted once. */
export function NoteForm({ day }: { day: string }) {
  const { words } = useReader()
  const { reload, refused } = useContext(SessionContext)
  const [refusal, refuse] = useState<Refusal | undefined>(undefined)
  const [state, setState] = useState<'open' | 'sending' | 'saved'>('open')
  const keys = useRef(new RetryKey(() => crypto.randomUUID()))
  const w = words.metric.form
  const send = async (form: HTMLFormElement) => {
    const body = noteOf(new FormData(form))
    setState('sending')
    refuse(undefined)
    try {
      await api.addAnnotation({ 'idempotency-key': keys.current.of(JSON.stringify(body)), body })
    } catch (thrown) {
      setState('open')
      if (!(thrown instanceof Refusal)) throw thrown
      if (thrown.status === 401) refused(thrown)
      refuse(thrown)
      return
    }
    keys.current.done()
    form.reset()
    setState('saved')
    reload()
  }
  const channels = Object.entries(words.metric.segments.channel ?? {})
  return (
    <form
      class="card note-form"
      onSubmit={(event) => {
        event.preventDefault()
        void send(event.currentTarget)
      }}
    >
      <label class="field wide">
        <span>{w.title}</span>
        <input type="text" name="title" required maxLength={120} dir="auto" />
      </label>
      <label class="field">
        <span>{w.from}</span>
        <input type="date" name="date_from" required defaultValue={day} />
      </label>
      <label class="field">
        <span>{w.to}</span>
        <input type="date" name="date_to" />
      </label>
      <label class="field">
        <span>{w.channel}</span>
        <select name="channel">
          <option value="">{w.anyChannel}</option>
          {channels.map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{w.tags}</span>
        <input type="text" name="tags" />
      </label>
      {FIELDS.map((name) => (
        <Refused key={name} refusal={refusal} name={name} />
      ))}
      {refusal && !isPlaced(refusal, FIELDS) && <Trouble refusal={refusal} />}
      <p class="wide">
        <button type="submit" class="primary" disabled={state === 'sending'}>
          {w.submit}
        </button>{' '}
        <span role="status" class="soft">
          {state === 'saved' ? w.saved : ''}
        </span>
      </p>
    </form>
  )
}

function noteOf(form: FormData): NewAnnotation {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  const tags = text('tags')
    .split(/[\s,،]+/)
    .filter(Boolean)
  const channel = text('channel') as NonNullable<NewAnnotation['channel']> | ''
  return {
    title: text('title'),
    date_from: text('date_from'),
    ...(text('date_to') && { date_to: text('date_to') }),
    ...(channel && { channel }),
    ...(tags.length > 0 && { tags }),
  }
}
