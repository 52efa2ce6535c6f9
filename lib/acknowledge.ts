import { Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/** States why findings of a check are no faults: the reason of each, by the finding's id. */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  Validations.of(construct).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })))
}
