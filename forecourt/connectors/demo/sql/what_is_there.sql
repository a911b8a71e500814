-- Which of the things a demonstration makes are there already.
SELECT
    EXISTS (SELECT FROM organisation_station) AS stations,
    EXISTS (SELECT FROM customers_customer) AS customers,
    EXISTS (SELECT FROM sales_claim) AS sales
