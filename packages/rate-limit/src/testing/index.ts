export { type StoreContractCase, type StoreHarness, storeContract } from "./store-contract.ts";
