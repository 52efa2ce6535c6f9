/** Where an interaction happened. */
export const channels = [
  'web',
  'social',
  'email',
  'messaging',
  'support',
  'chat',
  'phone',
  'survey',
  'review',
  'referral',
  'community',
  'commerce',
  'in_person',
] as const
export type Channel = (typeof channels)[number]

/** What somebody did. Closed: a config may add kinds of its own; any other kind is quarantined. */
export const kinds = [
  'visit',
  'action',
  'like',
  'comment',
  'share',
  'save',
  'click',
  'mention',
  'message',
  'follow',
  'open',
  'reply',
  'unsubscribe',
  'ticket',
  'chat',
  'call',
  'response',
  'review',
  'referral',
  'topic',
  'post',
  'purchase',
  'renewal',
  'subscribe',
  'cancel',
  'event',
  'meeting',
  'interview',
  'focus_group',
  'other',
] as const
export type Kind = (typeof kinds)[number]

/** How an interaction engages: in its context, by convenience, by emotion, with other people. */
export const engagements = ['contextual', 'convenience', 'emotional', 'social'] as const
export type Engagement = (typeof engagements)[number]

/** What the customer met: the brand, the product, a person of the company, or one of its touchpoints. */
export const pillars = ['brand', 'product', 'agent', 'touchpoint'] as const
export type Pillar = (typeof pillars)[number]

export interface Classification {
  readonly engagement: Engagement
  readonly pillar: Pillar
}

const byKind: Record<Kind, Classification> = {
  visit: { engagement: 'contextual', pillar: 'touchpoint' },
  action: { engagement: 'contextual', pillar: 'product' },
  like: { engagement: 'emotional', pillar: 'brand' },
  comment: { engagement: 'social', pillar: 'brand' },
  share: { engagement: 'social', pillar: 'brand' },
  save: { engagement: 'emotional', pillar: 'brand' },
  click: { engagement: 'contextual', pillar: 'touchpoint' },
  mention: { engagement: 'social', pillar: 'brand' },
  message: { engagement: 'convenience', pillar: 'agent' },
  follow: { engagement: 'emotional', pillar: 'brand' },
  open: { engagement: 'contextual', pillar: 'touchpoint' },
  reply: { engagement: 'social', pillar: 'agent' },
  unsubscribe: { engagement: 'contextual', pillar: 'touchpoint' },
  ticket: { engagement: 'convenience', pillar: 'agent' },
  chat: { engagement: 'convenience', pillar: 'agent' },
  call: { engagement: 'convenience', pillar: 'agent' },
  response: { engagement: 'emotional', pillar: 'brand' },
  review: { engagement: 'emotional', pillar: 'product' },
  referral: { engagement: 'social', pillar: 'brand' },
  topic: { engagement: 'social', pillar: 'product' },
  post: { engagement: 'social', pillar: 'product' },
  purchase: { engagement: 'convenience', pillar: 'product' },
  renewal: { engagement: 'convenience', pillar: 'product' },
  subscribe: { engagement: 'emotional', pillar: 'brand' },
  cancel: { engagement: 'emotional', pillar: 'product' },
  event: { engagement: 'social', pillar: 'brand' },
  meeting: { engagement: 'social', pillar: 'agent' },
  interview: { engagement: 'emotional', pillar: 'agent' },
  focus_group: { engagement: 'social', pillar: 'product' },
  other: { engagement: 'contextual', pillar: 'touchpoint' },
}

/** Where the channel changes what a kind means. */
const byChannelAndKind: Record<string, Classification> = {
  'community.reply': { engagement: 'social', pillar: 'product' },
  'community.like': { engagement: 'social', pillar: 'product' },
  'commerce.action': { engagement: 'convenience', pillar: 'product' },
  'in_person.visit': { engagement: 'contextual', pillar: 'agent' },
}

/**
 * The default engagement type and pillar of an interaction; a config overrides them by `channel.kind` or `kind`.
 * Kinds that a config adds count as `contextual` and `touchpoint` unless it says otherwise.
 */
export function classify(channel: string, kind: string): Classification {
  const known = Object.hasOwn(byKind, kind) ? byKind[kind as Kind] : byKind.other
  return byChannelAndKind[`${channel}.${kind}`] ?? known
}
