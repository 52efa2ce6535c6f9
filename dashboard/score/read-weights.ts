/** Weights as the address tells them: `4,3,0.5`. Null for what are not as many numbers from 0. */
export function readWeights(text: string | undefined, count: number): readonly number[] | null {
  if (!text || !/^[\d.]+(,[\d.]+)*$/.test(text)) return null
  const weights = text.split(',').map(Number)
  return weights.length === count && weights.every(Number.isFinite) ? weights : null
}
