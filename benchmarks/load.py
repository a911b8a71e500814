"""A load client in a process of its own: so many connections, each sending its next sale when the last is answered.

    python -m benchmarks.load PORT KEY CONNECTIONS SECONDS [--rate N] [--path P] [--customers N] [--stations N] [--learn 1]

Quotes ask what the sale comes to under the offers in force, as a till does before it takes money.

With --rate it sends at that pace instead, whatever the answers take, and counts the wait from when a sale was due.
Prints one JSON line: {"sent", "ok", "errors", "seconds", "per_second", "p50", "p95", "p99"}, times in milliseconds.
"""

import argparse
import asyncio
import http.client
import json
import random
import time
from collections import deque
from datetime import UTC, datetime

import uvloop


class Till(asyncio.Protocol):
    """One keep-alive connection: writes a request, reads one response by its length."""

    def __init__(self, run: "Run") -> None:
        self.run = run
        self.buffer = b""
        self.due = 0.0
        self.busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.run.idle(self)

    def send(self, request: bytes, due: float) -> None:
        self.busy = True
        self.due = due
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        lower = self.buffer[:head].lower()
        place = lower.find(b"content-length:")
        end = lower.find(b"\r\n", place)
        length = int(lower[place + 15 : end if end > 0 else None])
        if len(self.buffer) < head + 4 + length:
            return
        status = int(self.buffer[9:12])
        self.buffer = self.buffer[head + 4 + length :]
        self.busy = False
        self.run.answered(self, status)

    def connection_lost(self, error: Exception | None) -> None:
        self.run.lost(self)


class Run:
    """The whole load: what was sent, how long each answer took."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.times: list[float] = []
        self.errors = 0
        self.number = 0
        self.mark = random.randrange(10**9)
        self.free: deque[Till] = deque()
        self.late: deque[float] = deque()
        self.until = 0.0
        self.running = False
        self.paid: dict[int, str] = {}

    def request(self) -> bytes:
        self.number += 1
        options = self.options
        customer = random.randrange(options.customers)
        lines = (
            '{"product":"92","quantity":"20.000","unit_price":"7.65","amount":"153.00"},'
            '{"product":"6901234567892","quantity":"1","unit_price":"5.00","amount":"5.00"}'
        )
        station = random.randrange(options.stations)
        paid = self.paid.get(station, "158.00")
        asks = '"pricing":"offers",' if options.path.endswith("/quote") else ""
        body = (
            f'{{"station":"B{station:03d}","source":"bench-{self.mark}",'
            f'"source_ref":"{self.number}","occurred_at":"{datetime.now(UTC).isoformat(timespec="seconds")}",'
            f'{asks}"customer":{{"phone":"139{customer:08d}"}},"pump":4,"staff":"E017","lines":[{lines}],'
            f'"tenders":[{{"kind":"wechat","amount":"{paid}"}}]}}'
        ).encode()
        return (
            f"POST {options.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {options.key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    def learn(self) -> None:
        """Ask what the sale comes to at each station under the offers in force, which is then what is paid, as at a till."""
        connection = http.client.HTTPConnection("127.0.0.1", self.options.port)
        headers = {"Authorization": f"Bearer {self.options.key}", "Content-Type": "application/json"}
        for station in range(self.options.stations):
            _head, _, body = self.request().partition(b"\r\n\r\n")
            sale = json.loads(body) | {"station": f"B{station:03d}"}
            connection.request("POST", "/api/v1/sales/quote", json.dumps(sale | {"pricing": "offers"}), headers)
            self.paid[station] = json.loads(connection.getresponse().read())["totals"]["net"]

    def idle(self, till: Till) -> None:
        if not self.running or time.perf_counter() > self.until:
            self.free.append(till)
        elif self.options.rate:
            if self.late:
                till.send(self.request(), self.late.popleft())
            else:
                self.free.append(till)
        else:
            till.send(self.request(), time.perf_counter())

    def answered(self, till: Till, status: int) -> None:
        self.times.append(time.perf_counter() - till.due)
        if status not in {200, 201}:
            self.errors += 1
        self.idle(till)

    def lost(self, till: Till) -> None:
        if self.running:
            self.errors += 1

    async def go(self) -> dict[str, float]:
        loop = asyncio.get_running_loop()
        if self.options.learn:
            self.learn()
        for _ in range(self.options.connections):
            await loop.create_connection(lambda: Till(self), "127.0.0.1", self.options.port)
        started = time.perf_counter()
        self.until = started + self.options.seconds
        self.running = True
        waiting, self.free = list(self.free), deque()
        if self.options.rate:
            self.free.extend(waiting)
            await self._at_a_pace(started)
        else:
            for till in waiting:
                self.idle(till)
            await asyncio.sleep(self.options.seconds)
        for _ in range(100):
            if len(self.free) == self.options.connections:
                break
            await asyncio.sleep(0.05)
        self.running = False
        return self.figures(time.perf_counter() - started)

    async def _at_a_pace(self, started: float) -> None:
        sent = 0
        while (now := time.perf_counter()) < self.until:
            due = started + sent / self.options.rate
            if due > now:
                await asyncio.sleep(due - now)
            sent += 1
            if self.free:
                self.free.popleft().send(self.request(), max(due, started))
            else:
                self.late.append(due)

    def figures(self, seconds: float) -> dict[str, float]:
        times = sorted(self.times)

        def at(share: float) -> float:
            return round(times[min(len(times) - 1, int(len(times) * share))] * 1000, 2) if times else 0.0

        return {
            "sent": self.number,
            "ok": len(times) - self.errors,
            "errors": self.errors,
            "seconds": round(seconds, 2),
            "per_second": round((len(times) - self.errors) / min(seconds, self.options.seconds), 1),
            "p50": at(0.5),
            "p95": at(0.95),
            "p99": at(0.99),
        }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("key")
    parser.add_argument("connections", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--path", default="/api/v1/sales")
    parser.add_argument("--learn", type=int, default=0, help="1: pay what a quote says")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--stations", type=int, default=50)
    print(json.dumps(uvloop.run(Run(parser.parse_args()).go())))


if __name__ == "__main__":
    main()
