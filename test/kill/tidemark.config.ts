import { configAt } from './kill-fixture.ts'

/** For the command line. */
export default configAt(0)
