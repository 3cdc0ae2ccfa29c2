export type { Sink } from "../record.ts";
export { type OtelSinkOptions, otelSink } from "./sink.ts";
