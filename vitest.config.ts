import { defineConfig } from 'vitest/config'

/** On a machine that runs other things as well, no test fails for being slow. */
const LIMIT_MS = 60_000

/** Tests that watch what a whole process does: each gets one of its own. The others share two, which saves a minute. */
const ALONE = ['test/kit/http*.test.ts', 'test/kit/session.test.ts', 'test/setup/**/*.test.ts', 'test/lib/*.test.ts']

export default defineConfig({
  test: {
    setupFiles: ['test/setup/offline.ts', 'test/setup/cases.ts'],
    // Processes, because DuckDB is native code; one more than CI has cores, because some wait for their children.
    pool: 'forks',
    maxWorkers: 3,
    testTimeout: LIMIT_MS,
    hookTimeout: LIMIT_MS,
    projects: [
      { extends: true, test: { name: 'shared', isolate: false, include: ['test/**/*.test.ts'], exclude: ALONE } },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
  },
})
