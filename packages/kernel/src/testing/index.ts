export type { ApiEventName, ApiEventTypes, EventMakers, OtherEventTypes } from "./event-types.ts";
export { apiEvents } from "./events.ts";
export { lambdaContext, type TestContext } from "./lambda-context.ts";
export { type ManualClock, manualClock } from "./manual-clock.ts";
export { otherEvents } from "./other-events.ts";
export { seededRandom } from "./seeded-random.ts";
