import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Deployment, deploy, sendFor, type Timed } from "./local/deploy.ts";
import type { Mode } from "./local/stock-service.ts";

const clients = 3;
const [first, second] = ["eu-west-1", "eu-central-1"];
/** Only a call that waits for the first region's time limit of 500 ms takes this long. */
const slowMs = 450;

const answered = (answers: readonly Timed[]): number =>
  answers.filter(({ status }) => status === 200).length / answers.length;
const sourcesOf = (answers: readonly Timed[]): ReadonlySet<string> => new Set(answers.map(({ source }) => source));

describe("a function with two regions", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await deploy();
    await sendFor(deployment, 500, clients);
  }, 60_000);
  afterAll(() => deployment?.[Symbol.asyncDispose]());

  /** Back on the first region, in every environment. */
  async function returns(): Promise<number> {
    await deployment.first.set("ok");
    const startedAt = performance.now();
    while (performance.now() - startedAt < 15_000) {
      const answers = await sendFor(deployment, 300, clients);
      if (sourcesOf(answers).size === 1 && answers[0]?.source === first) break;
    }
    return performance.now() - startedAt;
  }

  test("asks the first while it works", async () => {
    expect(sourcesOf(await sendFor(deployment, 300, clients))).toEqual(new Set([first]));
    expect(await deployment.get("unknown")).toMatchObject({ status: 404, source: first });
  });

  test.each<Mode>(["capacity", "hang", "refuse"])(
    "answers by the second if the first answers with `%s`, and by the first within 10 s of its return",
    async (mode) => {
      await deployment.first.set(mode);
      const before = deployment.first.requests;
      // A circuit that opens is not probed before 750 ms.
      const opening = await sendFor(deployment, 650, clients);
      expect(opening.filter(({ ms }) => ms >= slowMs).length).toBeLessThanOrEqual(deployment.environments());
      expect(deployment.first.requests - before).toBeLessThanOrEqual(deployment.environments());
      const later = await sendFor(deployment, 2_000, clients);
      const answers = [...opening, ...later];
      expect(answered(answers)).toBeGreaterThanOrEqual(0.99);
      expect(sourcesOf(answers)).toEqual(new Set([second]));
      expect(await returns()).toBeLessThan(10_000);
    },
    60_000,
  );

  test("answers from its cache if no region does, and an article that it never saw as sold out", async () => {
    await Promise.all([deployment.first.set("refuse"), deployment.second.set("capacity")]);
    const [known, unknown] = [await deployment.get("7"), await deployment.get("8")];
    expect(known).toMatchObject({ status: 200, source: "cache" });
    expect(unknown).toMatchObject({ status: 200, source: "default" });
    await deployment.second.set("ok");
    expect(await returns()).toBeLessThan(10_000);
  }, 60_000);
});
