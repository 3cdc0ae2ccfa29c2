export type { StoreHarness } from "./harness.ts";
export { type StoreContractCase, storeContract } from "./store-contract.ts";
