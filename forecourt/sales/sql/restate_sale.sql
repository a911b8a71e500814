UPDATE sales_sale
SET status = %(status)s, flags = %(flags)s::text[], points_earned = %(points_earned)s, points_balance = %(points_balance)s,
    points_spent = %(points_spent)s, tier = %(tier)s, rulebook = %(rulebook)s, fuel_quantity = %(fuel_quantity)s, fuel_amount = %(fuel_amount)s,
    explanation = %(explanation)s::json
WHERE customer_id = %(customer_id)s AND business_date = %(day)s AND id = %(sale_id)s
