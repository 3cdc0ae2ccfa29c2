interface Level {
  readonly place: string;
  readonly names: Set<string>;
  /** The member that the walk is in. */
  current: string;
}

/**
 * The places of members that stand twice in one object, in the root or in its `_aws`. `JSON.parse` keeps the last of
 * them and another reader may keep the first. `text` must be a JSON object.
 */
export function repeatedMembers(text: string): readonly string[] {
  const repeated: string[] = [];
  const levels: Level[] = [];
  // Strings, each with the colon that makes it a name, and what opens or closes a level.
  for (const [token, name, colon] of text.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}[\]]/g)) {
    const level = levels.at(-1);
    if (name === undefined) {
      if (token === "}" || token === "]") levels.pop();
      else levels.push({ place: level === undefined ? "" : joined(level), names: new Set(), current: "" });
    } else if (level !== undefined && colon !== undefined) {
      level.current = JSON.parse(name) as string;
      const place = joined(level);
      // Deeper members of other fields are the user's own.
      if (level.names.has(level.current) && (levels.length === 1 || place.startsWith("_aws."))) repeated.push(place);
      level.names.add(level.current);
    }
  }
  return repeated;
}

function joined({ place, current }: Level): string {
  return [place, current].filter((part) => part !== "").join(".");
}
