export interface DayInputProps {
  readonly label: string
  readonly value: string
  readonly min?: string
  readonly max?: string
  choose(day: string): void
}

/** Chooses a day; one that is half typed, or not allowed, is not chosen yet. */
export function DayInput({ label, value, min, max, choose }: DayInputProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="date"
        value={Number.isNaN(Date.parse(`${value}T00:00:00Z`)) ? '' : value}
        {...(min !== undefined && { min })}
        {...(max !== undefined && { max })}
        onChange={({ currentTarget: input }) => input.value && input.validity.valid && choose(input.value)}
      />
    </label>
  )
}
