"""Links that say where they lead (TH14)."""

import pytest

from core import blocks, markup
from core.blocks import Run


@pytest.mark.parametrize(
    ("words", "url", "shown"),
    [
        ("bbc.com", "https://evil.example/x", "bbc.com (evil.example)"),
        ("https://bbc.com/news", "https://evil.example", "https://bbc.com/news (evil.example)"),
        ("read bbc.co.uk/live now", "https://evil.example", "read bbc.co.uk/live now (evil.example)"),
        ("bbc.com", "https://www.bbc.com/news", "bbc.com"),
        ("www.bbc.com", "https://bbc.com", "www.bbc.com"),
        ("the full report", "https://evil.example", "the full report"),
        ("5.30 p.m.", "https://example.org", "5.30 p.m."),
        ("our page", "https://xn--pypal-4ve.com", "our page"),
        ("paypal.com", "https://p\u0430ypal.com", "paypal.com (xn--pypal-4ve.com)"),
        ("our page", "https://p\u0430ypal.com", "our page (xn--pypal-4ve.com)"),
    ],
)
def test_a_link_dressed_as_another_address_shows_the_real_one(words, url, shown):
    assert blocks.plain(markup.honest((Run(words, url=url),))) == shown


def test_the_real_host_is_no_part_of_the_link():
    text = markup.honest((Run("bbc.", bold=True, url="https://evil.example"), Run("com", url="https://evil.example")))
    assert text[-1] == Run(" (evil.example)")


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a?b=c#d", True),
        ("http://example.org", True),
        ("ftp://example.org", False),
        ("https://user@example.org", False),
        ("https://[broken", False),
        ("https://example.org/" + "x" * 2048, False),
        ("", False),
    ],
)
def test_only_plain_web_addresses_are_safe(url, safe):
    assert (markup.safe_url(url) is not None) is safe
