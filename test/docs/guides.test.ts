import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectFiles, readText } from '../architecture/project-files.ts'
import config from './tidemark.config.ts'

/** Where the guides say that a file stands, and the file that is compiled and tested in its place. */
const tested: Readonly<Record<string, string>> = {
  'functions/sources/acme.ts': 'test/docs/acme.ts',
  'sandbox/acme.ts': 'test/docs/acme-sandbox.ts',
  'functions/metrics/review.ts': 'test/docs/review-rate.ts',
  'tidemark.config.ts': 'test/docs/tidemark.config.ts',
}

/** Code of the guides that names its file: ```` ```ts functions/sources/acme.ts ````. */
const shown = projectFiles()
  .filter((path) => path.endsWith('.md'))
  .flatMap((guide) =>
    [...readText(guide).matchAll(/^```ts (\S+)\n(.*?)^```$/gms)].map(([, path, code]) => ({
      guide,
      path: path!,
      code: code!,
    })),
  )

/** The same code wherever it stands: imports are named from the project's folder. */
function fromRoot(code: string, path: string): string {
  return code.replace(/ from '(\.[^']*)'/g, (_, to: string) => ` from '${normalize(join(dirname(path), to))}'`)
}

describe('the code in the guides', () => {
  test.each(shown)('$path in $guide is the code that is tested', ({ path, code }) => {
    const file = tested[path]
    expect(file, `${path} is in no test`).toBeDefined()
    expect(fromRoot(code, path)).toBe(fromRoot(readText(file!), file!))
  })

  test('shows all that is tested', () => {
    expect(shown.map(({ path }) => path).sort()).toEqual(Object.keys(tested).sort())
  })

  test('the config of the README is one', () => {
    expect(config.sources.map(({ id }) => id)).toEqual(['hubspot', 'door'])
    expect(config.windows).toEqual([1, 7, 28, 'all'])
  })
})
