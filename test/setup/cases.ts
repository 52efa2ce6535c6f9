/** `TIDEMARK_CASES` is how many cases a property test tries, where it does not say so itself; CI wants more than a laptop. */
const cases = process.env.TIDEMARK_CASES
if (cases) {
  const { configureGlobal } = await import('fast-check')
  configureGlobal({ numRuns: Number(cases) })
}
