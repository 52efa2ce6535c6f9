import { useReader } from '../locale/reader.ts'
import { daysRead } from './days-read.ts'

const DAYS = 14

/** The last two weeks, each day filled if it has been read. */
export function Timeline({ through, lastDay }: { through: string | null; lastDay: string }) {
  const { words, format } = useReader()
  const days = daysRead(through, lastDay, DAYS)
  const read = days.filter((one) => one.read).length
  const label = words.sources.timeline(
    format.number(DAYS),
    format.number(read),
    through === null ? words.sources.noDay : words.sources.throughDay(format.day(through)),
  )
  return (
    <span class="timeline" role="img" aria-label={label} title={label} dir="ltr">
      {days.map(({ day, read: isRead }) => (
        <span key={day} class={isRead ? 'day read' : 'day'} />
      ))}
    </span>
  )
}
