import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { putRevision } from '../../functions/compute/put-revision.ts'
import { day } from '../../functions/kit/day.ts'
import { openDynamodb } from '../../functions/store/dynamodb.ts'
import { keys, type Revision } from '../../functions/store/rows.ts'
import { openSqlite } from '../../functions/store/sqlite.ts'
import type { Condition, Item, Table } from '../../functions/store/table.ts'
import { createTable, noDynoxide, startDynoxide } from '../store/dynoxide.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-revision-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const DAY = day('2026-11-19')

/** The revision that a compute makes, told by its time. */
const revision = (number: number, second: number): Revision => ({
  revision: number,
  computed_at: `2026-11-20T04:00:${String(second).padStart(2, '0')}Z`,
  cause: null,
  changed_metrics: [],
  finality: 'provisional',
  body: Buffer.from(`as of ${second}`),
  object: `snapshots/${DAY}/00000${number}.json.zst`,
})

const opened: Record<string, () => Promise<{ table: Table; close(): Promise<void> }>> = {
  async sqlite() {
    const table = openSqlite(join(folder, 'table.sqlite'))
    return { table, close: () => table.close() }
  },
  async dynamodb() {
    const dynoxide = await startDynoxide()
    await createTable(dynoxide.client, 'the-table')
    return { table: openDynamodb({ table: 'the-table', client: dynoxide.client }), close: () => dynoxide.stop() }
  },
}

describe.each(Object.keys(opened))('in %s', (name) => {
  describe.skipIf(name === 'dynamodb' && noDynoxide !== undefined)('a revision', () => {
    let table: Table
    let close: () => Promise<void>
    beforeEach(async () => {
      ;({ table, close } = await opened[name]!())
      for (const number of [1, 2]) {
        const { pk, sk } = keys.revision(DAY, number)
        await table.delete(pk, sk)
      }
      await table.delete(keys.head(DAY).pk, keys.head(DAY).sk)
      return () => close()
    })

    const seen = async () => {
      const { pk, sk } = keys.head(DAY)
      const head = await table.get(pk, sk)
      const row = head && (await table.get(pk, keys.revision(DAY, Number(head.revision)).sk))
      return row && [head.revision, row.computed_at]
    }
    const isLost = { code: 'unavailable', message: expect.stringContaining(`another compute wrote revision`) }

    it('is there once its head is', async () => {
      await putRevision(table, DAY, revision(1, 10))
      await putRevision(table, DAY, revision(2, 20))
      expect(await seen()).toEqual([2, '2026-11-20T04:00:20Z'])
    })

    it('that readers have seen is replaced by nobody', async () => {
      await putRevision(table, DAY, revision(1, 10))
      await expect(putRevision(table, DAY, revision(1, 20))).rejects.toMatchObject(isLost)
      await putRevision(table, DAY, revision(2, 30))
      await expect(putRevision(table, DAY, revision(2, 40))).rejects.toMatchObject(isLost)
      await expect(putRevision(table, DAY, revision(1, 50))).rejects.toMatchObject(isLost)
      expect(await seen()).toEqual([2, '2026-11-20T04:00:30Z'])
      expect(await table.get(...pair(keys.revision(DAY, 1)))).toMatchObject({ computed_at: '2026-11-20T04:00:10Z' })
    })

    it('that a killed compute left behind is replaced', async () => {
      await table.put({ ...keys.revision(DAY, 1), ...revision(1, 10) })
      await putRevision(table, DAY, revision(1, 20))
      expect(await seen()).toEqual([1, '2026-11-20T04:00:20Z'])
    })

    it('is the one of the compute that finished, if another stood still before it moved the head', async () => {
      const late = await stoppedBefore(table, keys.head(DAY).sk, () => putRevision(table, DAY, revision(1, 20)))
      await expect(putRevision(late, DAY, revision(1, 10))).rejects.toMatchObject(isLost)
      expect(await seen()).toEqual([1, '2026-11-20T04:00:20Z'])
    })

    it('is the one of the compute that finished, if another stood still before it wrote the row', async () => {
      const late = await stoppedBefore(table, keys.revision(DAY, 1).sk, () => putRevision(table, DAY, revision(1, 20)))
      await expect(putRevision(late, DAY, revision(1, 10))).rejects.toMatchObject(isLost)
      expect(await seen()).toEqual([1, '2026-11-20T04:00:20Z'])
    })
  })
})

const pair = ({ pk, sk }: { pk: string; sk: string }): [string, string] => [pk, sk]

/** The table as a compute sees it that stands still before its first write of a row, while something else happens. */
async function stoppedBefore(table: Table, sk: string, meanwhile: () => Promise<void>): Promise<Table> {
  let stopped = false
  return {
    ...table,
    async put(item: Item, condition?: Condition) {
      if (item.sk === sk && !stopped) {
        stopped = true
        await meanwhile()
      }
      return table.put(item, condition)
    },
  }
}
