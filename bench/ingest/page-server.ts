import { createServer } from 'node:http'
import { argv } from 'node:process'

/** Records of a page, as performance.md §1 has it: 500 of about 900 bytes. */
const RECORDS = 500
/** What stands in a page where its number belongs, four digits. */
const HERE = '####'

/** A page as a CRM sends it: many properties that nobody reads. */
function template(): { bytes: Buffer; places: number[] } {
  const results = Array.from({ length: RECORDS }, (_, i) => {
    const at = new Date(Date.UTC(2026, 9, 1) + ((i * 7_919_000_003) % (28 * 86_400_000))).toISOString()
    const properties = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`property_${n}`, `value ${(i * 7919 + n * 104_729) % 99_991} of ${n}`]),
    )
    return {
      id: `${HERE}-${i}`,
      at,
      kind: ['visit', 'message', 'like'][i % 3],
      email: `p${i}.${HERE}@example.com`,
      properties,
    }
  })
  const bytes = Buffer.from(JSON.stringify({ page: HERE, results }))
  const places: number[] = []
  for (let at = bytes.indexOf(HERE); at >= 0; at = bytes.indexOf(HERE, at + 1)) places.push(at)
  return { bytes, places }
}

/** `node page-server.ts <latency ms>`: serves page `n` at `/<n>`, each after the latency; prints its address. */
const latency = Number(argv[2] ?? 0)
const { bytes, places } = template()
const server = createServer((request, response) => {
  const body = Buffer.from(bytes)
  const number = (request.url ?? '/').slice(1).padStart(4, '0')
  for (const at of places) body.write(number, at, 'latin1')
  const answer = () =>
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
  if (latency > 0) setTimeout(answer, latency)
  else answer()
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as { port: number }
  process.stdout.write(`http://127.0.0.1:${port}\n`)
})
