export { type MemoryCircuitStore, memoryCircuitStore, type StoreCalls } from "./memory-circuit-store.ts";
export { type CircuitStoreContractCase, type CircuitStoreHarness, circuitStoreContract } from "./store-contract.ts";
