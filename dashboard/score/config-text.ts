import type { ScoreIndicator } from '../client.js'

/** The part of the config that asks for those weights. What has none is left out: a weight there is more than 0. */
export function configText(indicators: readonly ScoreIndicator[], weights: readonly number[]): string {
  const lines = indicators.flatMap(({ metric, window, floor, target, engagement, pillar }, i) => {
    if (!weights[i]) return []
    const fields = Object.entries({
      metric: quoted(metric),
      window: window === 'all' ? quoted(window) : Number.parseInt(window, 10),
      weight: weights[i],
      floor,
      target,
      ...(engagement && { engagement: quoted(engagement) }),
      ...(pillar && { pillar: quoted(pillar) }),
    })
    return [`  { ${fields.map(([name, value]) => `${name}: ${value}`).join(', ')} },`]
  })
  return ['score: [', ...lines, '],'].join('\n')
}

const quoted = (text: string) => `'${text}'`
