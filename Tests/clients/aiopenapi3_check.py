"""A list and a command through the client that aiopenapi3 makes of the description that a server serves."""

import sys

from aiopenapi3 import OpenAPI
from aiopenapi3.errors import HTTPClientError
from aiopenapi3.plugin import Document


class WithoutContentSchemas(Document):
    """aiopenapi3 0.11 takes a contentSchema for a text, where JSON Schema 2020-12 has a schema."""

    def parsed(self, ctx):
        leave_out(ctx.document)
        return ctx


def leave_out(value):
    if isinstance(value, dict):
        value.pop("contentSchema", None)
        value = list(value.values())
    if isinstance(value, list):
        for member in value:
            leave_out(member)


operations = OpenAPI.load_sync(f"{sys.argv[1]}/openapi.json", plugins=[WithoutContentSchemas()])._

query = {"minPrice": 200, "inStock": "true", "sort": "price", "facets": ["price", "category"], "limit": 3}
page = operations.GetProductList(parameters=query)
prices = [item.price.amount for item in page.items]
assert len(prices) == 3 and prices == sorted(prices) and prices[0] >= 200, page
assert page.facets.price.min >= 200 and page.facets.category, page

ids = [page.items[1].productId, page.items[0].productId]
assert [item.productId for item in operations.GetProductList(parameters={"ids": ids}).items] == ids

price = {"amount": 1999, "currency": "GBP"}
product = {"sellerId": "s1", "sku": "aiopenapi3", "title": "A lamp", "category": "home", "price": price, "stock": 1}
accepted = operations.AddProduct(data=product)
assert accepted.events == ["ProductAdded"], accepted

lines = [{"productId": accepted.id, "quantity": 1}, {"productId": "none", "quantity": 1}]
try:
    operations.CreateOrder(data={"customerId": "c1", "lines": lines})
    raise AssertionError("an order of an unknown product was taken")
except HTTPClientError as error:
    assert error.status_code == 409 and b"#/lines/1/productId" in error.data, error
