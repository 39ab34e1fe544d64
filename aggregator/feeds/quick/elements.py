"""Lists the elements that the expat reader knows by what it does with them, as feedparser names them (`dc_date`)."""

from aggregator.feeds.quick.item import CATEGORIES, CONTENTS, TEXTS

TITLES = {"title", "dc_title", "media_title"}
PUBLISHED = {"pubdate", "published", "issued", "dcterms_issued"}
UPDATED = {"updated", "modified", "lastbuilddate", "dc_date", "dcterms_modified"}
CREATED = {"created", "dcterms_created"}
AUTHORS = {"author", "dc_creator", "dc_author", "itunes_author"}
# Leaves whose attributes count at their end alone.
PLAIN = TITLES | PUBLISHED | UPDATED | CREATED | {"guid", "id"}
OTHER_LEAVES = {
    "media_thumbnail",
    "media_keywords",
    "itunes_keywords",
    "itunes_category",
    "name",
    "feedburner_origlink",
}
LEAVES = PLAIN | TEXTS.keys() | CONTENTS.keys() | CATEGORIES | OTHER_LEAVES
CHANNEL_LEAVES = TITLES | {"guid", "id", "language", "dc_language", "ttl", "sy_updateperiod", "sy_updatefrequency"}
# Elements without a namespace that stand in items and channels and change nothing that is kept.
_HARMLESS = """
comments rights copyright generator subtitle tagline docs webmaster rating cloud skiphours skipdays hour day logo
icon managingeditor publisher uri email description lastbuilddate pubdate updated published id category author name
thumbnail items post-id site ttl language
"""
HARMLESS = frozenset(_HARMLESS.split())
IN_IMAGE = {"title", "link", "description", "url", "name", "width", "height"}
SKIPPED = {"source", "contributor", "dc_contributor", "image", "textinput"}

CAN_BE_MARKUP = {"content", "summary"}
# Names that feedparser handles at their end even inside of a text, or that change how it goes on.
UNSUPPORTED_MARKUP = {"svg", "math", "body"}
UNSUPPORTED = {"itunes_owner", "xhtml_body"}
ITUNES_SCHEME = "http://www.itunes.com/"  # that feedparser gives to the tags of podcasts
