import type * as z from 'zod'
import type { Ask } from './ask.ts'

/** Something that a model can ask, and how it is answered from the routes of the API. */
export interface Tool<S extends z.ZodObject = z.ZodObject> {
  readonly name: string
  readonly title: string
  /** Tells the model what it gets, and how not to misread it. */
  readonly description: string
  readonly input: S
  /** @throws {Refusal} where a route refuses */
  answer(given: z.output<S>, ask: Ask): Promise<object>
}

/** A tool, with the type of what is given to it. */
export const tool = <S extends z.ZodObject>(declared: Tool<S>): Tool<S> => declared
