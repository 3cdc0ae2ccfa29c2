import { createRateLimiter, quota, slidingWindow } from "@midguard/rate-limit";

const mails = createRateLimiter({ name: "mails", limits: [slidingWindow(3, "1m"), quota(20, "day")] });

export async function mayMail(user: string): Promise<boolean> {
  const { allowed } = await mails.take(user);
  return allowed;
}
