import { RateLimiterMemory, RateLimiterRes, RateLimiterUnion } from "rate-limiter-flexible";

const mails = new RateLimiterUnion(
  new RateLimiterMemory({ keyPrefix: "mails-minute", points: 3, duration: 60 }),
  new RateLimiterMemory({ keyPrefix: "mails-day", points: 20, duration: 86_400 }),
);

export async function mayMail(user: string): Promise<boolean> {
  try {
    await mails.consume(user);
    return true;
  } catch (rejection) {
    if (Object.values(rejection as object).some((one) => one instanceof RateLimiterRes)) return false;
    throw rejection;
  }
}
