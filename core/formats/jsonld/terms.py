"""The words of our JSON-LD: schema.org's, and under `ext:` what schema.org has no word for.

The prefix is a URN, so it names our terms without an address anybody would have to fetch. A reader who does not know it
loses only what they carry: the zone's name, the structure of the blocks, where an entry came from.
"""

from core.model import Importance, Kind

SYSTEM = "schema.org"
"""What `Source.system` says of entries read from a page that is not our own export."""

LIVE_BLOG = "LiveBlogPosting"
PUBLISHER = "Livedesk"
"""Our `sdPublisher`: who made the structured data. A file that says so is read to the letter, nothing tidied."""

FORMAT = 1
"""Of the `ext:` terms. A file with a larger number was written by a newer Livedesk: then only its plain words count."""

CONTEXT = ["https://schema.org", {"ext": "urn:livedesk:terms:"}]

_KIND = "urn:livedesk:kind:"
_IMPORTANCE = "urn:livedesk:importance:"
PINNED = "urn:livedesk:pinned"
RETRACTION = "urn:livedesk:retraction"
UNKNOWN_CONTRIBUTOR = "urn:livedesk:contributor:unknown"


def kind_uri(kind: Kind) -> str:
    """The `additionalType` of an entry's kind."""
    return _KIND + kind.value


def importance_uri(importance: Importance) -> str:
    """The `additionalType` of an entry's importance."""
    return _IMPORTANCE + importance.name.lower()


def kind_of(uri: str) -> Kind | None:
    """The kind a URI of ours names."""
    return next((kind for kind in Kind if uri == kind_uri(kind)), None)


def importance_of(uri: str) -> Importance | None:
    """The importance a URI of ours names."""
    return next((importance for importance in Importance if uri == importance_uri(importance)), None)


_SHARED = frozenset(
    {"@context", "@id", "@type", "dateModified", "datePublished", "headline", "identifier", "inLanguage", "name", "url"}
    | {"creativeWorkStatus", "publisher", "mainEntityOfPage"}
)
KEPT_OF_COVERAGE = _SHARED | {
    "abstract",
    "coverageEndTime",
    "coverageStartTime",
    "description",
    "hasPart",
    "liveBlogUpdate",
    "sdDatePublished",
    "sdPublisher",
}
"""Properties of a LiveBlogPosting that find a place in a Page, or that the loss report names by themselves."""
KEPT_OF_ENTRY = _SHARED | {
    "additionalType",
    "articleBody",
    "articleSection",
    "audio",
    "author",
    "citation",
    "contributor",
    "correction",
    "dateCreated",
    "genre",
    "image",
    "keywords",
    "position",
    "sharedContent",
    "text",
    "version",
    "video",
}
"""The same for an entry, whose `publisher` and `mainEntityOfPage` only repeat the page's."""
