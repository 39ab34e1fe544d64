"""The elements that the quick reader knows, by what it does with them: `prefix_local` as feedparser names them."""

from aggregator.feeds.quick.item import CATEGORIES, CONTENTS, TEXTS

TITLES = {"title", "dc_title", "media_title"}
PUBLISHED = {"pubdate", "published", "issued", "dcterms_issued"}
UPDATED = {"updated", "modified", "lastbuilddate", "dc_date", "dcterms_modified"}
CREATED = {"created", "dcterms_created"}
AUTHORS = {"author", "dc_creator", "dc_author", "itunes_author"}
LEAVES = (
    TITLES | TEXTS.keys() | CONTENTS.keys() | PUBLISHED | UPDATED | CREATED | CATEGORIES
    | {"guid", "id", "media_thumbnail", "media_keywords", "itunes_keywords", "itunes_category", "name"}
)  # fmt: skip
# Of these, those whose attributes count at their end alone.
PLAIN = (TITLES | PUBLISHED | UPDATED | CREATED | {"guid", "id"}) - CONTENTS.keys() - TEXTS.keys()
CHANNEL_LEAVES = TITLES | {
    "guid",
    "id",
    "language",
    "dc_language",
    "ttl",
    "sy_updateperiod",
    "sy_updatefrequency",
}
# Elements without a namespace that stand in items and channels and change nothing that is kept.
HARMLESS = {"comments", "rights", "copyright", "generator", "subtitle", "tagline", "docs", "webmaster", "rating", "cloud",
             "skiphours", "skipdays", "hour", "day", "logo", "icon", "managingeditor", "publisher", "uri", "email",
             "description", "lastbuilddate", "pubdate", "updated", "published", "id", "category", "author", "name",
             "thumbnail", "items", "post-id", "site", "ttl", "language"}  # fmt: skip
IN_AN_IMAGE = {"title", "link", "description", "url", "name", "width", "height"}
SKIPPED = {"source", "contributor", "dc_contributor", "image", "textinput"}

CAN_BE_MARKUP = {"content", "summary"}
# Names that feedparser handles at their end even inside of a text, or that change how it goes on.
DOUBTFUL_MARKUP = {"svg", "math", "body"}
DOUBTFUL = {"itunes_owner", "xhtml_body"}
ITUNES = "http://www.itunes.com/"  # the scheme that feedparser gives to the tags of podcasts
