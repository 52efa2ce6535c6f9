import * as z from 'zod'
import { read } from './ask.ts'
import { tool } from './tool.ts'

const MEANING =
  "'data_through' is the last day that has been read; later days are not there yet, which is no drop. Days within 'settles_after_days' of it may still be changed by the vendor. 'acts' says who brings a stream forward: 'operator' runs this deployment, 'author' wrote the source, with 'nobody' it goes on by itself."

export const listSources = tool({
  name: 'list_sources',
  title: 'List sources',
  description:
    'How fresh and complete each source of data is: status, last day read, what failed or waits. Look here when a value is missing, provisional or partly covered. The key needs the scope ops:read.',
  input: z.strictObject({}),
  async answer(_, ask) {
    return { meaning: MEANING, ...(await read<object>(ask, '/v1/sources')) }
  },
})
