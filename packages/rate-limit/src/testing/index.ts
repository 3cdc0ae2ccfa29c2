export type { StoreContractCase, StoreKind, StoreNeed } from "./case.ts";
export type { StoreHarness } from "./harness.ts";
export { oracleDecision, oracleStates } from "./oracle/oracle.ts";
export type { AdmittedTake } from "./oracle/usage.ts";
export type { FastCheck } from "./properties/arbitraries.ts";
export { type StorePropertiesOptions, storeProperties } from "./properties/store-properties.ts";
export { storeContract } from "./store-contract.ts";
export {
  type QuotaVector,
  quotaVectors,
  type SlidingWindowVector,
  type StrictWindowVector,
  slidingWindowVectors,
  strictWindowVectors,
  type TokenBucketVector,
  tokenBucketVectors,
} from "./vectors.ts";
