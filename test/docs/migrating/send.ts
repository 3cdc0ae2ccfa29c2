/** Sends 101 requests of one address and one of another to the handler of a module; prints the answers as JSON. */
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";

const { handler } = await import(`./${process.argv[2]}`);
const http = { method: "GET", path: "/users/7", sourceIp: "203.0.113.8" };
const other = { ...apiEvents.http(), requestContext: { http } };
const answers: unknown[] = [];
for (let request = 1; request <= 101; request += 1) answers.push(await handler(apiEvents.http(), lambdaContext()));
answers.push(await handler(other, lambdaContext()));
console.log(JSON.stringify(answers));
