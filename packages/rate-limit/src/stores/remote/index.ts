export type { RemoteStore } from "./ask.ts";
export type { LeaseOptions, RemoteStoreOptions } from "./options.ts";
export { type RemoteStoreSetting, remoteStore } from "./remote-store.ts";
