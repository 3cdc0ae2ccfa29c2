/** A new user, as a client describes it. */
export interface NewUser {
  readonly name: string;
  readonly email: string;
}

/** A stored user. */
export interface User extends NewUser {
  readonly id: string;
  /** Address of the user's profile in the profile service. */
  readonly profile: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** A page of users. The next page starts after `lastKey`, which is `undefined` on the last page. */
interface Page {
  readonly users: readonly User[];
  readonly lastKey: string | undefined;
}

/** A store of users. */
export interface UserStore {
  /** Returns at most `limit` users after the ID `after`, in a stable order. */
  list(limit: number, after: string | undefined): Promise<Page>;
  get(id: string): Promise<User | undefined>;
  /** Stores `user` unless its ID exists; returns the stored user. */
  create(user: User): Promise<User>;
}
