import type { ComponentChildren } from 'preact'

export interface ScrollTableProps {
  readonly label: string
  readonly columns: readonly ComponentChildren[]
  readonly rows: readonly (readonly ComponentChildren[])[]
  /** Which columns hold numbers, by index. */
  readonly numbers?: readonly number[]
}

/** A table that scrolls sideways where it does not fit, by keyboard too. The first cell of a row is its heading. */
export function ScrollTable({ label, columns, rows, numbers = [] }: ScrollTableProps) {
  const kind = (i: number) => (numbers.includes(i) ? 'number' : undefined)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section class="scroll" tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map((name, i) => (
              <th key={i} scope="col" class={kind(i)}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, i) =>
                i === 0 ? (
                  <th key={i} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={i} class={kind(i)}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
