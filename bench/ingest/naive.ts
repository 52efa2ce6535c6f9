import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { argv } from 'node:process'
import { gzipSync } from 'node:zlib'
import axios from 'axios'
import { measured } from './measured.ts'

/** `node naive.ts <address> <pages> <folder>`: what one writes first: everything in memory, then one compressed object. */
const [address, pages, home] = [argv[2]!, Number(argv[3]), argv[4]!]

await mkdir(home, { recursive: true })
await measured(async () => {
  const all: unknown[] = []
  for (let n = 0; n < pages; n++) {
    const { data } = await axios.get<{ results: unknown[] }>(`${address}/${n}`)
    all.push(...data.results)
  }
  await writeFile(join(home, 'all.json.gz'), gzipSync(JSON.stringify(all)))
})
