import { statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectFiles, readText, root } from './project-files.ts'

const files = projectFiles()
const code = files.filter((path) => /\.(tsx?|mjs|js)$/.test(path))
const texts = files.filter((path) => !/\.(gz|zst|png|ico|woff2)$/.test(path))

/** `path: what it found`, for each of `paths` whose text has it. */
const found = (paths: readonly string[], what: RegExp) =>
  paths.flatMap(
    (path) =>
      readText(path)
        .match(what)
        ?.map((hit) => `${path}: ${hit}`) ?? [],
  )

test('the files of the project are found', () => {
  expect(files).toEqual(expect.arrayContaining(['package.json', '.ci/run', 'functions/facts.ts', 'README.md']))
  expect(files.filter((path) => path.includes('node_modules'))).toEqual([])
})

describe('code', () => {
  test('imports zod as a whole: the named import makes bundles four times as large', () => {
    const zod = /^(import|export)\b(?! (type )?\* as z from 'zod'$)[^'"]*from ['"]zod(\/[^'"]*)?['"].*$/gm
    expect(found(code, zod)).toEqual([])
    expect(found(code, /import \{[^}]*\bz\b[^}]*\} from '@hono\/zod-openapi'/g)).toEqual([])
    expect("import { z } from 'zod'".match(zod)).not.toBeNull()
    expect("import type * as z from 'zod'".match(zod)).toBeNull()
  })

  test('has no name that says nothing', () => {
    const empty = /(^|[-./])(utils?|helpers?|managers?|services?|commons?|misc)([-./]|$)/
    expect(code.filter((path) => empty.test(path))).toEqual([])
  })

  test('reads the environment at its edges only', () => {
    const edges =
      /^(functions\/store\/open\.ts|tidemark\.config\.ts|vitest\.config\.ts|(cli|bin|sandbox|test|bench|\.ci)\/.*)$/
    expect(
      found(
        code.filter((path) => !edges.test(path)),
        /\bprocess\.env\b|\bprocess\b.*\benv\b.*= process/g,
      ),
    ).toEqual([])
  })
})

describe('no file', () => {
  test('names a registry', () => {
    expect(found(['package-lock.json'], /"resolved"/g)).toEqual([])
    const registry = /\bregistry\s*=|\bregistry\.[a-z]+js\.org|\bdeb\.debian\.org|\bpypi\.org|\bproxy\.golang\.org/g
    const exempt = 'test/architecture/conventions.test.ts'
    expect(
      found(
        texts.filter((path) => path !== exempt),
        registry,
      ),
    ).toEqual([])
  })

  test("holds a path of somebody's machine", () => {
    expect(found(texts, /(?<![\w.~$}>-])\/((work|root)(?=[/'"`\s])|home\/\w\w)/g)).toEqual([])
  })

  test('is large, but for these', () => {
    const large: readonly string[] = []
    expect(files.filter((path) => statSync(join(root, path)).size > 1_000_000)).toEqual(large)
  })
})

describe('documents', () => {
  const documents = files.filter((path) => path.endsWith('.md'))
  /** Files that a document links to. */
  const linked = (path: string) =>
    [...readText(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)/g)].map(([, to]) =>
      normalize(join(dirname(path), to!)),
    )

  test.each(documents)('%s links to what exists', (path) => {
    const isThere = (to: string) => statSync(join(root, to), { throwIfNoEntry: false }) !== undefined
    expect(linked(path).filter((to) => !isThere(to))).toEqual([])
  })

  test('in docs/ are all linked from the README', () => {
    const start = linked('README.md')
    expect(documents.filter((path) => path.startsWith('docs/') && !start.includes(path))).toEqual([])
  })
})
