/**
 * V8 lets young objects fill some hundred MB before it looks at them. Kept to this, a reading of any length stays below half
 * of the function's memory (`npm run bench -- ingest`, I3), for a few percent of its time.
 */
export const INGEST_NODE_OPTIONS = '--max-semi-space-size=8'
