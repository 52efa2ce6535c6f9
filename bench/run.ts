import { argv } from 'node:process'
import type { Bar } from './bar.ts'
import { benchFirstView } from './first-view.ts'
import { benchIngest } from './ingest.ts'

/** `npm run bench [-- ingest|page]`: measures, each as a ratio or a median within this run, and says which bars are met. */
const benches: Readonly<Record<string, () => Promise<readonly Bar[]>>> = { ingest: benchIngest, page: benchFirstView }

const asked = argv.slice(2)
const unknown = asked.find((name) => !(name in benches))
if (unknown !== undefined)
  throw new Error(`no bench is called '${unknown}'; expected ${Object.keys(benches).join(' or ')}`)
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  for (const { id, what, measured, bar, met } of await bench()) {
    process.stdout.write(`${id}  ${what}: ${measured} (bar ${bar}): ${met ? 'met' : 'NOT MET'}\n`)
    if (!met) process.exitCode = 1
  }
}
