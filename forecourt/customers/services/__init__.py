"""Commands of customers, a file a noun."""

from forecourt.customers.services.enrolment import create_customer, create_customers

__all__ = ["create_customer", "create_customers"]
