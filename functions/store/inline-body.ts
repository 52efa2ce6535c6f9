/** DynamoDB takes 400 KB an item; what comes near that stays in the lake. */
const LARGEST = 350_000

/** What a row of a snapshot's revision holds of its packed body: all of it, or null where readers get it from the lake. */
export function inlineBody(packed: Uint8Array): Uint8Array | null {
  return packed.length > LARGEST ? null : packed
}
