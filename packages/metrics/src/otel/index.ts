export type { Sink } from "../record.ts";
export { type FlushableProvider, type OtelSinkOptions, otelSink } from "./sink.ts";
