import { refusal } from "./errors.ts";

/** The time limit of a module's import and of each answer of its store: a person waits here, so it is generous. */
export const timeoutMs = 10_000;

/** Asks a store. */
export async function ask<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw refusal("the store failed", error);
  }
}
