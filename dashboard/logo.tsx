/** The tide and its mark. */
export const Logo = () => (
  <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="7" />
    <path d="M4 20c4-7 8-7 12 0s8 7 12 0" />
  </svg>
)
