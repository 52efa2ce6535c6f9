import { SNSClient, SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'

/** A subscriber of a topic for a while, beside those who are told by e-mail. */
export interface Listener {
  /** Name of its queue. */
  readonly queue: string
  /** Subscribes it; what was published before is not heard. */
  open(): Promise<void>
  /** What has come since the last time. */
  heard(): Promise<readonly string[]>
  /** Unsubscribes it, and deletes the queue. */
  close(): Promise<void>
}

/** Makes nothing until it is opened. */
export function listenTo(topic: string, queue: string): Listener {
  const sns = new SNSClient({})
  const sqs = new SQSClient({})
  let url = ''
  let subscription = ''
  return {
    queue,
    async open() {
      const made = await sqs.send(new CreateQueueCommand({ QueueName: queue }))
      url = made.QueueUrl!
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
      )
      const arn = Attributes!.QueueArn!
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: arn,
            Condition: { ArnEquals: { 'aws:SourceArn': topic } },
          },
        ],
      })
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }))
      const subscribed = await sns.send(
        new SubscribeCommand({
          TopicArn: topic,
          Protocol: 'sqs',
          Endpoint: arn,
          Attributes: { RawMessageDelivery: 'true' },
          ReturnSubscriptionArn: true,
        }),
      )
      subscription = subscribed.SubscriptionArn!
    },
    async heard() {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      )
      for (const { ReceiptHandle } of Messages) {
        await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }))
      }
      return Messages.map(({ Body = '' }) => Body)
    },
    async close() {
      if (subscription) await sns.send(new UnsubscribeCommand({ SubscriptionArn: subscription }))
      if (url) await sqs.send(new DeleteQueueCommand({ QueueUrl: url }))
      sns.destroy()
      sqs.destroy()
    },
  }
}
