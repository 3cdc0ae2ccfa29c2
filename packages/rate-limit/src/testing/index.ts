export type { StoreHarness } from "./harness.ts";
export { type StoreContractCase, storeContract } from "./store-contract.ts";
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
