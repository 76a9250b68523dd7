// Signs in, places an order, pays it and lists it with the generated types.
import assert from "node:assert/strict";
import { env } from "node:process";

import createClient from "openapi-fetch";

import type { components, paths } from "./generated.js";

type Problem = components["schemas"]["Problem"];

/** The answer, unless it is a problem. */
function answered<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.data === undefined) {
    throw new Error(`${answer.error?.code}: ${answer.error?.detail}`);
  }
  return answer.data;
}

function some<T>(value: T | undefined): T {
  assert(value !== undefined);
  return value;
}

const { FASTOPS_URL: baseUrl, FASTOPS_EMAIL: email, FASTOPS_PASSWORD: password } = env;
const client = createClient<paths>({ baseUrl });
const body = { email: some(email), password: some(password) };
const session = answered(await client.POST("/v1/auth/login", { body }));
client.use({
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${session.access_token}`);
  },
});

const branch = some(answered(await client.GET("/v1/branches")).data[0]);
const products = await client.GET("/v1/products", { params: { query: { limit: 1 } } });
const product = some(answered(products).data[0]);
const line = { product_id: product.id, variant_id: some(product.variants[0]).id, quantity: 2 };
const once = crypto.randomUUID();
const place = () =>
  client.POST("/v1/orders", {
    params: { header: { "Idempotency-Key": once } },
    body: { branch_id: branch.id, order_type: "takeaway", lines: [line] },
  });
const order = answered(await place());
assert.deepEqual(answered(await place()), order, "a retry gets the first answer");

const seen = `"${order.revision}"`;
const pay = () =>
  client.POST("/v1/orders/{order_id}/payments", {
    params: {
      path: { order_id: order.id },
      header: { "Idempotency-Key": crypto.randomUUID(), "If-Match": seen },
    },
    body: { method: "cash", amount: order.total },
  });
const paid = answered(await pay());
assert.deepEqual(paid.balance, { amount: 0, currency: order.total.currency });
const refused = await pay();
assert.equal(refused.error?.code, "version-conflict");

const query = { branch_id: branch.id, after: paid.position };
const orders = answered(await client.GET("/v1/orders", { params: { query } })).data;
const listed = some(orders.find(({ id }) => id === order.id));
assert.deepEqual([listed.total, listed.balance], [order.total, paid.balance]);
console.log(`order ${order.number} placed, paid and listed`);
