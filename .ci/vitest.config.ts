import { defineConfig } from 'vitest/config'

/** What a new user does, in order: each step needs the one before. It reaches the package registry, so it is no part of `npm test`. */
export default defineConfig({
  test: { include: ['.ci/**/*.test.ts'], dir: '.', bail: 1, testTimeout: 300_000, hookTimeout: 300_000 },
})
