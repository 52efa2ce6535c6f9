import { defineConfig } from 'vitest/config'

/** On a machine that runs other things as well, no test fails for being slow. */
const LIMIT_MS = 60_000

export default defineConfig({
  test: {
    // The dashboard is plain JavaScript, and so are its tests.
    include: ['test/**/*.test.{ts,js}'],
    setupFiles: ['test/setup/offline.ts', 'test/setup/cases.ts'],
    // Processes, because DuckDB is native code; two, because two cores are what CI has.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: LIMIT_MS,
    hookTimeout: LIMIT_MS,
  },
})
