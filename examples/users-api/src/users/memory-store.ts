import type { User, UserStore } from "./user.ts";

/** Stores users in the memory of this process. For tests and demos: no other environment sees them. */
export function memoryStore(): UserStore {
  const users = new Map<string, User>();
  return {
    async list(limit, after = "") {
      const ids = [...users.keys()].filter((id) => id > after).sort();
      const page = ids.slice(0, limit);
      return {
        users: page.flatMap((id) => users.get(id) ?? []),
        lastKey: ids.length > limit ? page.at(-1) : undefined,
      };
    },
    async get(id) {
      return users.get(id);
    },
    async create(user) {
      const existing = users.get(user.id) ?? user;
      users.set(user.id, existing);
      return existing;
    },
  };
}
