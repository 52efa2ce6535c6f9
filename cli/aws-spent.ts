import { CostExplorerClient, GetCostAndUsageCommand } from '@aws-sdk/client-cost-explorer'
import { addDays, type Day } from '../functions/kit/day.ts'

/** What AWS has booked so far. */
export interface Spent {
  readonly from: Day
  readonly dollars: number
}

/**
 * What the resources of a stage cost so far this month, or in the month before on its first day. Each question costs a
 * cent. Cost Explorer knows stages only once `tidemark:stage` is a cost allocation tag, and then from that day on:
 * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
 * @returns null where nothing is booked under that tag
 */
export async function askSpent(stage: string, today: Day): Promise<Spent | null> {
  // It knows one endpoint, whatever the region.
  const client = new CostExplorerClient({ region: 'us-east-1' })
  const from = `${addDays(today, -1).slice(0, 7)}-01` as Day
  try {
    const { ResultsByTime = [] } = await client.send(
      new GetCostAndUsageCommand({
        TimePeriod: { Start: from, End: today },
        Granularity: 'MONTHLY',
        Metrics: ['UnblendedCost'],
        Filter: { Tags: { Key: 'tidemark:stage', Values: [stage] } },
      }),
    )
    const amounts = ResultsByTime.map(({ Total }) => Number(Total?.UnblendedCost?.Amount ?? 0))
    const dollars = amounts.reduce((sum, one) => sum + one, 0)
    return dollars > 0 ? { from, dollars } : null
  } finally {
    client.destroy()
  }
}
