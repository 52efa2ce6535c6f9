/**
 * V8 lets young objects fill some hundred MB before it looks at them. Kept to this, a reading of any length takes about 270
 * of the function's 512 MB in place of 390, for a few percent of its time (`npm run bench -- ingest`, I3).
 */
export const INGEST_NODE_OPTIONS = '--max-semi-space-size=4'
