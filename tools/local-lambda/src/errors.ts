/**
 * An error of the Lambda service, as opposed to an error of the function: unknown function, throttled, payload too large.
 * `code` is its name in the AWS SDK.
 */
export class LambdaServiceError extends Error {
  override readonly name: string = "LambdaServiceError";
  readonly code: string;
  readonly statusCode: number;
  /** Why an invocation was throttled, e.g. `ReservedFunctionConcurrentInvocationLimitExceeded`. */
  readonly reason: string | undefined;

  constructor(code: string, statusCode: number, message: string, reason?: string) {
    super(message);
    this.code = code;
    this.statusCode = statusCode;
    this.reason = reason;
  }
}

export function functionNotFound(arn: string): LambdaServiceError {
  return new LambdaServiceError("ResourceNotFoundException", 404, `Function not found: ${arn}`);
}

export function aliasNotFound(arn: string): LambdaServiceError {
  return new LambdaServiceError("ResourceNotFoundException", 404, `Cannot find alias arn: ${arn}`);
}

export function invalidParameter(message: string): LambdaServiceError {
  return new LambdaServiceError("InvalidParameterValueException", 400, message);
}

export function invalidRequestContent(message: string): LambdaServiceError {
  return new LambdaServiceError("InvalidRequestContentException", 400, message);
}

export function requestTooLarge(limitBytes: number): LambdaServiceError {
  return new LambdaServiceError(
    "RequestTooLargeException",
    413,
    `Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`,
  );
}

export function throttled(): LambdaServiceError {
  return new LambdaServiceError(
    "TooManyRequestsException",
    429,
    "Rate Exceeded.",
    "ReservedFunctionConcurrentInvocationLimitExceeded",
  );
}
