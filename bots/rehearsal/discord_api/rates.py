"""Discord's rate limits: buckets, the 50 a second over all, and who goes on calling after being told to wait.

Windows slide, which is a little stricter than the fixed windows of the real one and never laxer: "reset" is when the
whole bucket is free again.
"""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from bots.rehearsal.discord_api.call import Rate
from bots.rehearsal.discord_api.refusals import Refusal

OVER_ALL = Rate("global", 50, 1.0)
"""Docs, rate limits: 50 requests a second for one bot."""
WEBHOOK_CHANNEL = Rate("webhook-channel", 30, 60.0)
"""discord-api-docs issue 367: 30 a minute to one channel, not told in the headers."""
SETTLING = 0.5
"""Seconds after a 429 in which calls may still be under way that knew nothing of it."""
VIA = {"Via": "1.1 google"}


@dataclass(slots=True)
class Bucket:
    """The calls one bucket saw lately. `until` is when the last 429 said one may call again."""

    rate: Rate
    calls: deque[float] = field(default_factory=deque)
    until: float = 0.0
    told_at: float = 0.0

    def wait(self, now: float) -> float:
        """Return how long until one more call fits."""
        while self.calls and self.calls[0] <= now - self.rate.seconds:
            self.calls.popleft()
        return 0.0 if len(self.calls) < self.rate.limit else self.calls[0] + self.rate.seconds - now

    def headers(self, now: float) -> dict[str, str]:
        """Return the headers of an answer."""
        reset = self.calls[-1] + self.rate.seconds if self.calls else now
        return {
            "X-RateLimit-Limit": str(self.rate.limit),
            "X-RateLimit-Remaining": str(max(0, self.rate.limit - len(self.calls))),
            "X-RateLimit-Reset": f"{reset:.3f}",
            "X-RateLimit-Reset-After": f"{max(0.0, reset - now):.3f}",
            "X-RateLimit-Bucket": self.rate.name,
        }


class Rates:
    """Every bucket of every caller. The time is handed in."""

    def __init__(self) -> None:
        """Begin with all of them empty."""
        self._buckets: dict[tuple[str, ...], Bucket] = {}
        self.impatient: dict[str, int] = defaultdict(int)

    def bucket(self, rate: Rate, *key: str) -> Bucket:
        """Return the bucket of one rate for one caller and place."""
        whole = (rate.name, *key)
        if whole not in self._buckets:
            self._buckets[whole] = Bucket(rate)
        return self._buckets[whole]

    def pass_or_refuse(self, bucket: Bucket, now: float, scope: str = "user") -> None:
        """Count one call, or refuse it with 429; a refused call does not count."""
        wait = bucket.wait(now)
        if wait > 0:
            self.told(bucket, now, wait)
            raise too_many(wait, scope, bucket.headers(now) if scope == "user" else {})
        bucket.calls.append(now)

    def told(self, bucket: Bucket, now: float, wait: float) -> None:
        """Remember that a caller was told to wait."""
        if now >= bucket.until:
            bucket.told_at = now
        bucket.until = max(bucket.until, now + wait)

    def deaf(self, bucket: Bucket, now: float) -> bool:
        """Tell whether a call comes although its caller knows it must wait."""
        return bucket.told_at + SETTLING < now < bucket.until - 0.05


def too_many(wait: float, scope: str, headers: Mapping[str, str] | None = None, code: int | None = None) -> Refusal:
    """Return a 429 as Discord words it. `scope`: user, global or shared."""
    whole = scope == "global"
    seconds = round(wait, 3) or 0.001
    refusal = Refusal(
        0,
        status=429,
        message="You are being rate limited.",
        more={"retry_after": seconds, "global": whole},
        headers={
            **(headers or {}),
            **VIA,
            "Retry-After": str(int(seconds) + 1),
            "X-RateLimit-Scope": scope,
            **({"X-RateLimit-Global": "true"} if whole else {}),
        },
    )
    if code is None:
        del refusal.body["code"]
    else:
        refusal.body["code"] = code
    return refusal
