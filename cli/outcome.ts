/** What a command has to say, for machines and for people. */
export interface Outcome {
  /** Whether everything is as it should be: the exit code is 0 then, and 1 otherwise. */
  readonly ok: boolean
  /** Printed with `--json`; text is JSON already. */
  readonly json: object | string
  readonly text: string
}

/** The flag that every command has. */
export const json = { type: 'boolean', description: 'Print one JSON object, for machines' } as const
