/** A Lua script and the SHA-1 that a server caches it under. */
export interface Script {
  readonly source: string;
  readonly sha1: string;
}
