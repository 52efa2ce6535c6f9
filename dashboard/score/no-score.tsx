import { useReader } from '../locale/reader.ts'
import { configText } from './config-text.ts'

const EXAMPLE = [
  { metric: 'engagement_points_per_customer', window: '28d', weight: 4, floor: 0, target: 12 },
  { metric: 'nps', window: '90d', weight: 2, floor: -20, target: 60, engagement: 'emotional', pillar: 'brand' },
  { metric: 'first_response_time', window: '28d', weight: 1, floor: 86_400, target: 3_600 },
] as const

/** That no score is configured, and how to. */
export function NoScore({ title }: { title: string }) {
  const { words } = useReader()
  return (
    <>
      <h1>{title}</h1>
      <section class="empty">
        <p>{words.score.notConfigured}</p>
        <p class="soft">{words.score.notConfiguredWhy}</p>
      </section>
      <p class="about">{words.score.notConfiguredHow}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <pre class="code" dir="ltr" tabIndex={0}>
        <code>
          {configText(
            EXAMPLE,
            EXAMPLE.map(({ weight }) => weight),
          )}
        </code>
      </pre>
    </>
  )
}
