/** Silences Node's remarks on itself, which no user of Tidemark could act on; other warnings are still told. */
export function quietWarnings(): void {
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    const { code } = warning as Error & { code?: string }
    if (warning.name === 'ExperimentalWarning' || code === 'MODULE_TYPELESS_PACKAGE_JSON') return
    process.stderr.write(`${warning.name}: ${warning.message}\n`)
  })
}
