"""The peer: a decision table of GoRules' zen-engine, a row an offer, all rows that hold collected.

    python zen_table.py FILE

FILE is JSON: {"rows": [{column: cell}], "baskets": [input]}. Prints {"held": [[codes]], "per_second": baskets a second of
processor time}. Runs without Forecourt.
"""

import json
import sys
import time
from pathlib import Path

import zen


def table(rows: list[dict[str, str]]) -> str:
    columns = sorted({column for row in rows for column in row if column != "code"})
    node = {
        "id": "table",
        "name": "offers",
        "type": "decisionTableNode",
        "position": {"x": 0, "y": 0},
        "content": {
            "hitPolicy": "collect",
            "inputs": [{"id": column, "name": column, "field": column} for column in columns],
            "outputs": [{"id": "code", "name": "code", "field": "code"}],
            "rules": [
                {"_id": row["code"], "code": json.dumps(row["code"])}
                | {column: row.get(column, "") for column in columns}
                for row in rows
            ],
        },
    }
    ends = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 0, "y": 0}},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
    ]
    return json.dumps({"nodes": [*ends, node], "edges": edges})


def main() -> None:
    given = json.loads(Path(sys.argv[1]).read_text())
    decision = zen.ZenEngine().create_decision(table(given["rows"]))
    baskets = given["baskets"]
    held = [sorted(row["code"] for row in decision.evaluate(basket)["result"]) for basket in baskets]
    started = time.process_time()
    for basket in baskets:
        decision.evaluate(basket)
    print(json.dumps({"held": held, "per_second": len(baskets) / (time.process_time() - started)}))


if __name__ == "__main__":
    main()
