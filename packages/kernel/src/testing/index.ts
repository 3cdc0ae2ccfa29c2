export { type ApiEventName, apiEvents, otherEvents } from "./events.ts";
export { lambdaContext, type TestContext } from "./lambda-context.ts";
export { type ManualClock, manualClock } from "./manual-clock.ts";
export { seededRandom } from "./seeded-random.ts";
