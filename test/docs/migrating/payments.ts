/** Charges an order at the payment service; resolves to the receipt. */
export async function charge(order: string, signal?: AbortSignal): Promise<string> {
  const response = await fetch(`${process.env.PAYMENTS_URL}/${order}`, { method: "PUT", signal: signal ?? null });
  if (!response.ok) throw Object.assign(new Error("not charged"), { statusCode: response.status });
  return response.text();
}
