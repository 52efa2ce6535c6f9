import { useContext, useState } from 'preact/hooks'
import { api } from '../api.ts'
import { type Annotation, type Metric, Refusal } from '../client.js'
import { useReader } from '../locale/reader.ts'
import { Trouble } from '../trouble.tsx'
import { SessionContext } from '../use-answer.ts'
import { EffectOfNote } from './effect-of-note.tsx'
import { NoteForm } from './note-form.tsx'

export interface NotesProps {
  readonly metric: Metric
  readonly day: string
  readonly from: string
  readonly to: string
  readonly annotations: readonly Annotation[] | undefined
  readonly refusal: Refusal | undefined
}

/** What was noted for the days that are shown, what became of the metric then, and a form for more. */
export function Notes({ metric, day, from, to, annotations, refusal }: NotesProps) {
  const { words, format } = useReader()
  const w = words.metric
  return (
    <section>
      <h2 id="notes" tabIndex={-1}>
        {w.notes}
      </h2>
      {refusal && <Trouble refusal={refusal} />}
      {annotations?.length === 0 && <p class="soft">{w.noNotesBetween(format.day(from), format.day(to))}</p>}
      {annotations && annotations.length > 0 && (
        <ul class="notes">
          {annotations.map((one) => (
            <Note key={one.id} metric={metric} annotation={one} />
          ))}
        </ul>
      )}
      <details class="fold no-print">
        <summary>{w.addNote}</summary>
        <NoteForm day={day} />
      </details>
    </section>
  )
}

function Note({ metric, annotation }: { metric: Metric; annotation: Annotation }) {
  const { words, format } = useReader()
  const { reload, refused } = useContext(SessionContext)
  const [isOpen, open] = useState(false)
  const [isAsked, ask] = useState(false)
  const [refusal, refuse] = useState<Refusal | null>(null)
  const w = words.metric
  const { id, title, text, tags, url, channel, date_from: from, date_to: to, created_by: by } = annotation
  const remove = async () => {
    try {
      await api.deleteAnnotation({ id })
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown
      if (thrown.status === 401) refused(thrown)
      refuse(thrown)
      return
    }
    // Of what is gone, nothing is asked.
    open(false)
    reload()
  }
  return (
    <li class="card" id={`note-${id}`} tabIndex={-1}>
      <div class="note-top">
        <div>
          <h3 dir="auto">{title}</h3>
          <p class="soft small">
            {[
              from === to ? format.day(from) : `${format.day(from)} – ${format.day(to)}`,
              channel && (w.segments.channel?.[channel] ?? channel),
              ...tags.map((tag) => `#${tag}`),
              w.notedBy(by),
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
          {text && <p dir="auto">{text}</p>}
          {url && (
            <p>
              <a href={url} rel="noreferrer noopener" target="_blank" dir="ltr">
                {url}
              </a>
            </p>
          )}
        </div>
        <div class="controls">
          <button type="button" aria-expanded={isOpen} onClick={() => open(!isOpen)}>
            {w.effect}
          </button>
          {isAsked ? (
            <>
              <button type="button" class="danger" onClick={remove}>
                {w.deleteForGood}
              </button>
              <button type="button" onClick={() => ask(false)}>
                {w.keep}
              </button>
            </>
          ) : (
            <button type="button" onClick={() => ask(true)}>
              {w.delete}
            </button>
          )}
        </div>
      </div>
      {refusal && <Trouble refusal={refusal} />}
      {isOpen && <EffectOfNote metric={metric} id={id} />}
    </li>
  )
}
