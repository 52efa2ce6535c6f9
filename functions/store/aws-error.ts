import { invalid, TidemarkError } from '../kit/errors.ts'

interface SdkError {
  readonly name?: string
  readonly code?: string
  readonly message?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $retryable?: { readonly throttling?: boolean }
}

/**
 * Names of errors by who has to act; statuses decide about the rest.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const MISSING = /^(NoSuchBucket|ResourceNotFoundException)$/
const CREDENTIALS =
  /^(CredentialsProviderError|AccessDenied|Expired(Token|Credentials)|TokenRefreshRequired|InvalidToken|Unrecognized(Client)|Invalid(Signature|AccessKeyId|ClientTokenId|Security)|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|NotSignedUp|OptInRequired)/
const LIMITED =
  /^(Throttl|RequestLimitExceeded|RequestThrottled|ProvisionedThroughputExceeded|TooManyRequests|SlowDown)/
const NETWORK =
  /^(InternalError|InternalServerError|ServiceUnavailable|RequestTimeout|TimeoutError|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ERR_SSL|CERT_|UNABLE_TO)/

/**
 * An error of the AWS SDK as the project's own, which says who has to act. Anything else is returned as it is.
 * @param what the bucket or table concerned, such as `bucket 'lake'`
 */
export function awsError(cause: unknown, what: string): unknown {
  if (cause instanceof TidemarkError || !(cause instanceof Error)) return cause
  const { name, code = '', message, $metadata, $retryable } = cause as SdkError & Error
  const status = $metadata?.httpStatusCode ?? 0
  if (MISSING.test(name)) {
    return invalid(`there is no ${what} in this account and region (${name}); deploy it, or correct its name`, cause)
  }
  if (LIMITED.test(name) || status === 429 || $retryable?.throttling) {
    return new TidemarkError('limited', `${what} is asked too often (${name}); try again later`, { cause })
  }
  if (CREDENTIALS.test(name) || status === 401 || status === 403) {
    return new TidemarkError(
      'credentials',
      `AWS refuses the use of ${what} (${name}: ${message}); renew the credentials or grant this`,
      { cause },
    )
  }
  if (status >= 500 || NETWORK.test(name) || NETWORK.test(code)) {
    return new TidemarkError('unavailable', `${what} cannot be reached (${code || name}); try again later`, { cause })
  }
  if (message === 'Region is missing') return invalid(`no AWS region is set for ${what}; set AWS_REGION`, cause)
  return status >= 400 ? invalid(`AWS refuses a request to ${what} (${name}: ${message})`, cause) : cause
}
