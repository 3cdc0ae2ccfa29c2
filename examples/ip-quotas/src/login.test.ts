import { expect, test } from "vitest";
import { isLogin } from "./login.ts";

test.each([
  ['{"password":"secret"}', "secret", true],
  ['{"password":"secre"}', "secret", false],
  ['{"password":7}', "7", false],
  ["{}", "secret", false],
  ["null", "secret", false],
  ["password=secret", "secret", false],
  [undefined, "secret", false],
  ['{"password":""}', "", false],
  ['{"password":"undefined"}', undefined, false],
])("the body %s with the password %s", (body, expected, isAccepted) => {
  expect(isLogin(body, expected)).toBe(isAccepted);
});
