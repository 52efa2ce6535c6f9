export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }

/**
 * One answer of a vendor, or one piece of a file: the wire bytes that go to the lake, and what else `records` needs
 * to read them again without the vendor.
 */
export interface Page {
  readonly bytes: Uint8Array
  /** Small facts about the page that its bytes do not hold, kept in the manifest. @default - none */
  readonly context?: Json
}
