export type { StoreContractCase, StoreKind, StoreNeed } from "./case.ts";
export type { StoreHarness } from "./harness.ts";
export { oracleDecision, oracleStates } from "./oracle/oracle.ts";
export type { AdmittedTake } from "./oracle/usage.ts";
export type { FastCheck } from "./properties/arbitraries.ts";
export { type StorePropertiesOptions, storeProperties } from "./properties/store-properties.ts";
export { storeContract } from "./store-contract.ts";
export { type QuotaVector, quotaVectors } from "./vectors/quota.ts";
export { type SlidingWindowVector, slidingWindowVectors } from "./vectors/sliding-window.ts";
export { type StrictWindowVector, strictWindowVectors } from "./vectors/strict-window.ts";
export {
  type TokenBucketVector,
  type TokenRefundVector,
  tokenBucketVectors,
  tokenRefundVectors,
} from "./vectors/token-bucket.ts";
