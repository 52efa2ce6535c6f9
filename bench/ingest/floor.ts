import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { argv } from 'node:process'
import { pipeline } from 'node:stream/promises'
import { constants, createGzip, createZstdCompress } from 'node:zlib'
import { measured } from './measured.ts'

/** `node floor.ts <address> <pages> gzip|zstd <folder>`: receives pages, compresses them once at level 1, writes them. */
const [address, pages, method, home] = [argv[2]!, Number(argv[3]), argv[4], argv[5]!]

await mkdir(home, { recursive: true })
await measured(async () => {
  for (let n = 0; n < pages; n++) {
    const { body } = await fetch(`${address}/${n}`)
    const packed =
      method === 'gzip'
        ? createGzip({ level: 1 })
        : createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } })
    await pipeline(body!, packed, createWriteStream(join(home, `${n}`)))
  }
})
