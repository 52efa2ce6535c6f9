/** What a cell holds; null is an empty one. A list is written with blanks between. */
export type Cell = string | number | boolean | null | undefined | readonly string[]

/** A table: the header row, then the others, as many cells each. */
export interface CsvTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** RFC 4180: a header row, lines that end with CRLF, `.` in decimals. */
export function toCsv({ columns, rows }: CsvTable): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

/** A table out of objects: a column for each name. */
export function tableOf<Row extends { readonly [name: string]: unknown }>(
  columns: readonly (keyof Row & string)[],
  rows: readonly Row[],
): CsvTable {
  return { columns, rows: rows.map((row) => columns.map((name) => row[name] as Cell)) }
}

function cell(value: Cell): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = guarded(typeof value === 'string' ? value : value.join(' '))
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Spreadsheets take text that begins so for a formula, unless an apostrophe is before it (OWASP, CSV injection). */
const guarded = (text: string): string => (/^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text)
