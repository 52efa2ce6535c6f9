import type { Progress } from '../functions/kit/invocation.ts'

/** What came of a stream, as far as a line can tell. */
export interface ReadFigures {
  readonly status: string
  readonly days: number
  readonly pages: number
  readonly records: number
}

/** Shows how collecting goes on. */
export interface ProgressView {
  reading(source: string, stream: string, progress: Progress): void
  waiting(source: string, stream: string, seconds: number, why: string | null): void
  /** The stream failed; it may be tried again, and then be read. */
  failed(source: string, stream: string, text: string): void
  /** The stream is done, though perhaps not well. */
  read(source: string, stream: string, figures: ReadFigures): void
  computing(progress: Progress): void
  /** Computing failed; it may be tried again. */
  computeFailed(text: string): void
  /** Ends the display, and leaves the cursor where the next line belongs. */
  close(): Promise<void>
}
