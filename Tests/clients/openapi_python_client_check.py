"""A list and a command through the client that openapi-python-client wrote into `shop`, beside this run's directory."""

import sys

from shop import Client
from shop.api.orders import create_order
from shop.api.products import add_product, get_product_list
from shop.models import (
    Accepted,
    AddProduct,
    CreateOrder,
    CreateOrderLinesItem,
    GetProductListFacetsItem,
    GetProductListInStock,
    GetProductListSort,
    Price,
    Problem,
)

client = Client(base_url=sys.argv[1])

page = get_product_list.sync(
    client=client,
    min_price=200,
    in_stock=GetProductListInStock.TRUE,
    sort=GetProductListSort.PRICE,
    facets=[GetProductListFacetsItem.PRICE, GetProductListFacetsItem.CATEGORY],
    limit=3,
)
prices = [item.price.amount for item in page.items]
assert len(prices) == 3 and prices == sorted(prices) and prices[0] >= 200, page
assert page.facets.price.min_ >= 200 and page.facets.category, page

ids = [page.items[1].product_id, page.items[0].product_id]
assert [item.product_id for item in get_product_list.sync(client=client, ids=ids).items] == ids

price = Price(amount=1999, currency="GBP")
product = AddProduct(seller_id="s1", sku="openapi-python-client", title="A lamp", category="home", price=price, stock=1)
accepted = add_product.sync(client=client, body=product)
assert isinstance(accepted, Accepted) and accepted.events == ["ProductAdded"], accepted

lines = [CreateOrderLinesItem(product_id=accepted.id, quantity=1), CreateOrderLinesItem(product_id="none", quantity=1)]
problem = create_order.sync(client=client, body=CreateOrder(customer_id="c1", lines=lines))
assert isinstance(problem, Problem) and problem.status == 409, problem
