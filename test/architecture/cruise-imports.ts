import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { importRules, readingOptions } from './import-rules.ts'

/** One import that breaks a rule. */
export interface Violation {
  readonly rule: string
  readonly from: string
  readonly to: string
}

/** Reads the imports of a tree laid out like this project, and judges them by the rules. */
export async function cruiseImports(
  root: string,
  paths: readonly string[],
): Promise<{ modules: readonly string[]; imports: number; violations: readonly Violation[] }> {
  const ruleSet = { forbidden: [...importRules] }
  const { output } = await cruise([...paths], { ...readingOptions, baseDir: root, validate: true, ruleSet })
  const { modules, summary } = output as ICruiseResult
  const ours = modules.filter(({ coreModule, source }) => !coreModule && !source.includes('node_modules/'))
  return {
    modules: ours.map(({ source }) => source),
    imports: ours.reduce((sum, { dependencies }) => sum + dependencies.length, 0),
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  }
}
