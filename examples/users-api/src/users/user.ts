/** What a client says of a new user. */
export interface NewUser {
  readonly name: string;
  readonly email: string;
}

/** A user as it is kept. */
export interface User extends NewUser {
  readonly id: string;
  /** Address of the user's profile at the profile service. */
  readonly profile: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** Some of the users; `lastKey` is where the next page goes on, `undefined` on the last one. */
interface Page {
  readonly users: readonly User[];
  readonly lastKey: string | undefined;
}

/** Where users are kept. */
export interface UserStore {
  /** At most `limit` users, from behind the id `after`, in an order of the store's own that does not change. */
  list(limit: number, after: string | undefined): Promise<Page>;
  get(id: string): Promise<User | undefined>;
  /** Keeps `user` unless there is one of this id; gives back the one that stands. */
  create(user: User): Promise<User>;
}
