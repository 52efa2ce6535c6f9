import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { cruiseImports, type Violation } from './cruise-imports.ts'
import { importRules } from './import-rules.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PARTS = ['functions', 'lib', 'bin', 'cli', 'sandbox', 'dashboard', 'bench', 'test', 'tidemark.config.ts']

/** Path, text, and the rule that its import of the last one breaks; without these, it is as it should be. */
const planted: readonly (readonly [path: string, text: string, rule?: string, to?: string])[] = [
  ['functions/kit/a.ts', "import type { B } from './b.ts'", 'no-cycles', 'functions/kit/b.ts'],
  // A cycle is told once.
  ['functions/kit/b.ts', "import type { A } from './a.ts'"],
  [
    'functions/kit/day.ts',
    "import type { Row } from '../store/rows.ts'",
    'kit-stands-alone',
    'functions/store/rows.ts',
  ],
  ['functions/facts.ts', "import './metrics/sales.ts'", 'facts-know-only-the-kit', 'functions/metrics/sales.ts'],
  ['functions/sources/one.ts', "import './two.ts'", 'sources-know-facts-and-kit', 'functions/sources/two.ts'],
  ['functions/sources/two.ts', "import '../facts.ts'; import '../kit/page.ts'"],
  ['functions/metrics/web.ts', "import './sales.ts'", 'metrics-know-facts-and-kit', 'functions/metrics/sales.ts'],
  ['functions/metrics/sales.ts', "import '../kit/page.ts'"],
  ['functions/metrics/index.ts', "import './web.ts'"],
  [
    'functions/metrics/formula.ts',
    "import '../store/rows.ts'",
    'metrics-index-knows-metrics',
    'functions/store/rows.ts',
  ],
  [
    'functions/compute/sweep.ts',
    "const two = await import('../sources/two.ts')",
    'only-configs-name-vendors',
    'functions/sources/two.ts',
  ],
  ['tidemark.config.ts', "import './functions/sources/two.ts'"],
  ['functions/store/rows.ts', "import '../ingest/due.ts'", 'store-knows-the-kit', 'functions/ingest/due.ts'],
  ['functions/store/s3.ts', "import '@aws-sdk/client-s3'"],
  ['functions/store/open.ts', "import './s3.ts'"],
  ['functions/api/app.ts', "import { openS3 } from '../store/s3.ts'", 'adapters-behind-open', 'functions/store/s3.ts'],
  [
    'functions/api/keys.ts',
    "await using store = await openStore(); import { openStore } from '../store/open.ts'",
    'stores-opened-at-the-edge',
    'functions/store/open.ts',
  ],
  ['functions/api/routes.ts', "import type { Store } from '../store/open.ts'"],
  ['functions/api/handler.ts', "import { openStore } from '../store/open.ts'"],
  [
    'functions/ingest/due.ts',
    "export * from '@aws-sdk/client-dynamodb'",
    'aws-sdk-in-adapters',
    '@aws-sdk/client-dynamodb',
  ],
  ['cli/go.ts', "import { Stack } from 'aws-cdk-lib'", 'cdk-in-lib-and-bin', 'aws-cdk-lib'],
  [
    'lib/table.ts',
    "import type { Row } from '../functions/store/rows.ts'; import 'aws-cdk-lib'",
    'lib-knows-no-code',
    'functions/store/rows.ts',
  ],
  ['functions/compute/order.ts', "import '../../sandbox/shop.ts'", 'functions-stand-alone', 'sandbox/shop.ts'],
  [
    'functions/ingest/read.ts',
    "import type { Sweep } from '../compute/sweep.ts'",
    'steps-do-not-know-each-other',
    'functions/compute/sweep.ts',
  ],
  [
    'functions/analysis/mix.ts',
    "import '../compute/sweep.ts'; import type { Row } from '../store/rows.ts'",
    'analysis-is-pure',
    'functions/compute/sweep.ts',
  ],
  ['functions/api/quota.ts', "import './mcp/ask.ts'", 'models-are-answered-late', 'functions/api/mcp/ask.ts'],
  ['functions/api/routes/mcp.ts', "const { ask } = await import('../mcp/ask.ts')"],
  [
    'dashboard/app.tsx',
    "import { h } from 'preact'; import './tile.tsx'; import '../functions/kit/page.ts'; h('b', {}, <b />)",
    'dashboard-reads-the-api',
    'functions/kit/page.ts',
  ],
  ['dashboard/session.ts', "import 'zod'", 'dashboard-reads-the-api', 'zod'],
  ['sandbox/shop.ts', "import '../test/shop.test.ts'", 'nothing-imports-tests', 'test/shop.test.ts'],
]
/** Files that the planted ones name, and that import nothing. */
const silent = ['functions/kit/page.ts', 'functions/api/mcp/ask.ts', 'dashboard/tile.tsx', 'test/shop.test.ts']

describe('imports', () => {
  test('keep the rules', async () => {
    const parts = PARTS.filter((part) => existsSync(join(ROOT, part)))
    const { modules, imports, violations } = await cruiseImports(ROOT, parts)
    // A parser that reads nothing finds nothing.
    expect(modules.length).toBeGreaterThan(150)
    expect(imports).toBeGreaterThan(600)
    expect(modules).toContain('functions/facts.ts')
    expect(violations).toEqual([])
  })

  describe('that break a rule', () => {
    const tree = mkdtempSync(join(tmpdir(), 'tidemark-imports-'))
    afterAll(() => rmSync(tree, { recursive: true }))

    test('are found, and no others', async () => {
      const files = [...planted, ...silent.map((path) => [path, 'export {}'] as const)]
      for (const [path, text] of files) {
        mkdirSync(dirname(join(tree, path)), { recursive: true })
        writeFileSync(join(tree, path), `${text}\n`)
      }
      const parts = PARTS.filter((part) => existsSync(join(tree, part)))
      const { modules, violations } = await cruiseImports(tree, parts)
      expect(modules).toEqual(expect.arrayContaining(files.map(([path]) => path)))
      const expected = planted.flatMap(([from, , rule, to]) => (rule ? [{ rule, from, to: to! }] : []))
      expect(sorted(violations)).toEqual(sorted(expected))
    })

    test('are planted for every rule', () => {
      const broken = new Set(planted.map(([, , rule]) => rule))
      expect(importRules.map(({ name }) => name).filter((name) => !broken.has(name!))).toEqual([])
    })
  })
})

function sorted(violations: readonly Violation[]): string[] {
  return violations.map(({ rule, from, to }) => `${rule}: ${from} → ${to}`).sort()
}
