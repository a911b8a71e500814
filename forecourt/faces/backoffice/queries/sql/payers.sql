-- Everybody who is said to pay for something: for offers in drafts and versions, for rewards, for prizes of games.
SELECT share ->> 'funder' FROM offers_offer, jsonb_path_query(draft, '$.funding[*]') AS share
UNION SELECT share ->> 'funder' FROM offers_offerversion, jsonb_path_query(body, '$.funding[*]') AS share
UNION SELECT share ->> 'funder' FROM rewards_reward, jsonb_path_query(body, '$.shares[*]') AS share
UNION SELECT prize ->> 'funder' FROM games_game, jsonb_path_query(body, '$.prizes[*]') AS prize
