"""Signs in, places an order, pays it and lists it with the generated client."""

import os
import uuid

from fastops import AuthenticatedClient, Client
from fastops.api.auth import login
from fastops.api.branches import list_branches
from fastops.api.catalog import list_products
from fastops.api.orders import list_orders, pay_order, place_order
from fastops.models import (
    Login,
    Money,
    NewLine,
    NewOrder,
    NewPayment,
    OrderType,
    PaymentMethod,
    Problem,
    ProblemCode,
)


def answered(answer):
    """The answer, unless it is a problem."""
    assert answer is not None
    assert not isinstance(answer, Problem), f"{answer.code}: {answer.detail}"
    return answer


url = os.environ["FASTOPS_URL"]
credentials = Login(email=os.environ["FASTOPS_EMAIL"], password=os.environ["FASTOPS_PASSWORD"])
session = answered(login.sync(client=Client(url), body=credentials))
client = AuthenticatedClient(url, token=session.access_token)

branch = answered(list_branches.sync(client=client)).data[0]
product = answered(list_products.sync(client=client, limit=1)).data[0]
line = NewLine(product_id=product.id, variant_id=product.variants[0].id, quantity=2)
wish = NewOrder(branch_id=branch.id, order_type=OrderType.TAKEAWAY, lines=[line])
key = str(uuid.uuid4())
order = answered(place_order.sync(client=client, body=wish, idempotency_key=key))
again = answered(place_order.sync(client=client, body=wish, idempotency_key=key))
assert again == order, "a retry gets the first answer"

seen = f'"{order.revision}"'
payment = NewPayment(method=PaymentMethod.CASH, amount=order.total)
paid = answered(
    pay_order.sync(
        order.id, client=client, body=payment, idempotency_key=str(uuid.uuid4()), if_match=seen
    )
)
assert paid.balance == Money(amount=0, currency=order.total.currency)
refused = pay_order.sync(
    order.id, client=client, body=payment, idempotency_key=str(uuid.uuid4()), if_match=seen
)
assert isinstance(refused, Problem) and refused.code == ProblemCode.VERSION_CONFLICT, refused

orders = answered(list_orders.sync(client=client, branch_id=branch.id, after=paid.position)).data
listed = next(listed for listed in orders if listed.id == order.id)
assert (listed.total, listed.balance) == (order.total, paid.balance)
print(f"order {order.number} placed, paid and listed")
