"""The retailer itself: company, legal entities, regions, stations, pumps, staff and their roles, API keys."""
