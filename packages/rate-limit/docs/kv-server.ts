/** A key-value server in memory, with conditional writes. Prints its URL. */
import { createServer } from "node:http";

const items = new Map<string, { readonly tag: string; readonly body: string }>();
let writes = 0;

const server = createServer(async (request, response) => {
  const { method, url = "", headers } = request;
  let body = "";
  for await (const part of request.setEncoding("utf8")) body += part;
  const item = items.get(url);
  const isStale =
    (headers["if-none-match"] === "*" && item !== undefined) ||
    (headers["if-match"] !== undefined && headers["if-match"] !== item?.tag);
  if (method === "PUT" && isStale) return response.writeHead(412).end();
  if (method === "PUT") {
    writes += 1;
    items.set(url, { tag: `"${writes}"`, body });
    return response.writeHead(204).end();
  }
  if (method === "DELETE") {
    items.delete(url);
    return response.writeHead(204).end();
  }
  if (item === undefined) return response.writeHead(404).end();
  return response.writeHead(200, { etag: item.tag }).end(item.body);
});

server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(`http://127.0.0.1:${address.port}`);
});
