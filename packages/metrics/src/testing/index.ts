export { type CapturedEmf, captureEmf, type EmfCapture, startEmfCapture } from "./capture-emf.ts";
export { type EmfMatchers, type ExpectedEmfMetric, emfMatchers } from "./matchers.ts";
export { type EmfMetric, readEmf } from "./read-emf.ts";
export type { EmfSource } from "./source.ts";
export { type EmfOptions, validateEmf } from "./validate-emf.ts";
