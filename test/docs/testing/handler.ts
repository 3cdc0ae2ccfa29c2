import { createOrders } from "./orders.ts";

export const handler = createOrders(async (order, signal) => {
  const response = await fetch("https://payments.example.com", { method: "POST", body: order, signal });
  return response.text();
});
