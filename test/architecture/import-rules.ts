import { createRequire } from 'node:module'
import type { ICruiseOptions, IForbiddenRuleType } from 'dependency-cruiser'

const OURS = '^(functions|lib|bin|cli|sandbox|dashboard|bench|test)/|^tidemark\\.config\\.ts$'
/** Tests may open what they test. */
const TESTS = '^(test|bench)/'

/** A package, resolved or not. */
const packages = (...names: string[]) => `(^|node_modules/)(${names.join('|')})(/|$)`

/** Who may import whom: the layout of the README, as rules. Type imports count too, unless a rule says otherwise. */
export const importRules: readonly IForbiddenRuleType[] = [
  {
    name: 'no-cycles',
    comment: 'Two files that need each other are one file, or share a third.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'kit-stands-alone',
    comment: 'The kit is what authors of sources and metrics import; it knows nothing else of ours.',
    severity: 'error',
    from: { path: '^functions/kit/' },
    to: { path: OURS, pathNot: '^functions/kit/' },
  },
  {
    name: 'facts-know-only-the-kit',
    comment: 'The vocabulary depends on nobody who speaks it.',
    severity: 'error',
    from: { path: '^functions/facts\\.ts$' },
    to: { path: OURS, pathNot: '^functions/kit/' },
  },
  {
    name: 'sources-know-facts-and-kit',
    comment: 'Sources and metrics meet only at the facts, and sources do not know each other.',
    severity: 'error',
    from: { path: '^functions/sources/' },
    to: { path: OURS, pathNot: '^functions/(facts\\.ts$|kit/)' },
  },
  {
    name: 'metrics-know-facts-and-kit',
    comment:
      'Sources and metrics meet only at the facts. index.ts and formula.ts are about metrics, so they may see them.',
    severity: 'error',
    from: { path: '^functions/metrics/', pathNot: '^functions/metrics/(index|formula)\\.ts$' },
    to: { path: OURS, pathNot: '^functions/(facts\\.ts$|kit/)' },
  },
  {
    name: 'metrics-index-knows-metrics',
    comment: 'The table of contents and the formula text look at metrics, and at nothing beyond them.',
    severity: 'error',
    from: { path: '^functions/metrics/(index|formula)\\.ts$' },
    to: { path: OURS, pathNot: '^functions/(facts\\.ts$|kit/|metrics/)' },
  },
  {
    name: 'only-configs-name-vendors',
    comment: 'The config is the registry. Compute and the API carry no code of a vendor.',
    severity: 'error',
    from: { path: OURS, pathNot: `^tidemark\\.config\\.ts$|^functions/sources/|${TESTS}` },
    to: { path: '^functions/sources/' },
  },
  {
    name: 'store-knows-the-kit',
    comment: 'A store keeps rows and bytes; it does not know what they mean.',
    severity: 'error',
    from: { path: '^functions/store/' },
    to: { path: OURS, pathNot: '^functions/(kit|store)/' },
  },
  {
    name: 'adapters-behind-open',
    comment: 'Which store it is, open.ts alone decides.',
    severity: 'error',
    from: { path: OURS, pathNot: `^functions/store/open\\.ts$|${TESTS}` },
    to: { path: '^functions/store/(directory|sqlite|env|s3|dynamodb|ssm)\\.ts$' },
  },
  {
    name: 'stores-opened-at-the-edge',
    comment: 'Handlers and the CLI open a store and hand it on. Its type may be named anywhere.',
    severity: 'error',
    from: { path: OURS, pathNot: `^functions/[^/]+/handler\\.ts$|^cli/|${TESTS}` },
    to: { path: '^functions/store/open\\.ts$', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'aws-sdk-in-adapters',
    comment: 'Everything else runs on a laptop without AWS.',
    severity: 'error',
    from: { path: OURS, pathNot: `^functions/store/(s3|dynamodb|ssm)\\.ts$|^cli/aws-[^/]+\\.ts$|${TESTS}` },
    to: { path: packages('@aws-sdk', '@smithy') },
  },
  {
    name: 'cdk-in-lib-and-bin',
    comment: 'Nothing that runs needs what deploys it.',
    severity: 'error',
    from: { path: OURS, pathNot: `^(lib|bin)/|${TESTS}` },
    to: { path: packages('aws-cdk-lib', 'constructs', 'cdk-nag') },
  },
  {
    name: 'lib-knows-no-code',
    comment: 'Infrastructure knows the names of the function folders, not what is in them.',
    severity: 'error',
    from: { path: '^lib/' },
    to: { path: OURS, pathNot: '^lib/' },
  },
  {
    name: 'functions-stand-alone',
    comment: 'What runs in Lambda needs neither the laptop nor the deployment.',
    severity: 'error',
    from: { path: '^functions/' },
    to: { path: '^(lib|bin|cli|sandbox|dashboard|bench|test)/' },
  },
  {
    name: 'steps-do-not-know-each-other',
    comment: 'Ingest, compute and the API meet in the store only. No exceptions so far.',
    severity: 'error',
    from: { path: '^functions/(ingest|compute|api)/' },
    to: { path: '^functions/(ingest|compute|api)/', pathNot: '^functions/$1/' },
  },
  {
    name: 'models-are-answered-late',
    comment: 'The protocol for language models is large and seldom asked: /v1 starts without it.',
    severity: 'error',
    from: { path: '^functions/', pathNot: '^functions/api/mcp/' },
    to: { path: `^functions/api/mcp/|${packages('@modelcontextprotocol')}`, dynamic: false },
  },
  {
    name: 'analysis-is-pure',
    comment: 'Analysis works on what is stored, in memory: it knows the kit, and of the store only what rows hold.',
    severity: 'error',
    from: { path: '^functions/analysis/' },
    to: { path: OURS, pathNot: '^functions/(analysis/|kit/|store/rows\\.ts$)' },
  },
  {
    name: 'dashboard-reads-the-api',
    comment: 'The page knows /v1 and nothing else: no code of ours, and no package but what draws it.',
    severity: 'error',
    from: { path: '^dashboard/' },
    to: { path: '.', pathNot: `^dashboard/|${packages('preact', 'uplot')}` },
  },
  {
    name: 'nothing-imports-tests',
    comment: 'Tests and benchmarks are used by nobody.',
    severity: 'error',
    from: { path: OURS, pathNot: TESTS },
    to: { path: TESTS },
  },
]

/** How imports are read. */
export const readingOptions: ICruiseOptions = {
  // TypeScript 7 has no API to parse with, so swc does. Its parser tells type imports from others.
  parser: 'swc',
  tsPreCompilationDeps: true,
  doNotFollow: { path: 'node_modules' },
}

// The visitor of @swc/core knows every statement but `using`, and throws there.
const { Visitor } = createRequire(import.meta.url)('@swc/core/Visitor.js')
const { visitStatement } = Visitor.prototype
Visitor.prototype.visitStatement = function visit(statement: { type: string; decls?: unknown }) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement)
  statement.decls = this.visitVariableDeclarators(statement.decls)
  return statement
}
